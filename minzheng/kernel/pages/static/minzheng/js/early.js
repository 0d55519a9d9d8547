// Mark “scripts work” before painting, so that menus and conditional fields do not appear and then fold.
document.documentElement.classList.add('js');
