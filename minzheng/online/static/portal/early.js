// Mark “scripts work” before painting, so that conditional questions do not appear and then fold.
document.documentElement.classList.add('js');
