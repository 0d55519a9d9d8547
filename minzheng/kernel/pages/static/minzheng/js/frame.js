// Menu, dialogs, session expiry, notices, unfolding before print.
const menu = document.querySelector('[data-menu]');
menu?.addEventListener('click', () => {
  const open = document.getElementById('nav').classList.toggle('open');
  menu.setAttribute('aria-expanded', String(open));
});

const more = document.querySelector('[data-more]');
more?.addEventListener('click', () => {
  more.setAttribute('aria-expanded', String(more.closest('.filters').classList.toggle('open')));
});

document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-open]');
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
  for (const details of document.querySelectorAll('.user-menu[open]')) {
    if (!details.contains(event.target)) details.open = false;
  }
  if (event.target.closest('[data-print]')) window.print();
});

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const details of document.querySelectorAll('.user-menu[open]')) {
    details.open = false;
    details.querySelector('summary').focus();
  }
});

document.querySelector('[data-focus]')?.focus();

// after a partial refresh of a list, screen readers say how many rows
document.addEventListener('htmx:after:swap', () => {
  const count = document.querySelector('#list .count');
  if (count) document.getElementById('announce').textContent = count.textContent;
});

window.addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll('main details:not([open])')) {
    details.open = true;
    details.dataset.printed = '1';
  }
});
window.addEventListener('afterprint', () => {
  for (const details of document.querySelectorAll('details[data-printed]')) {
    details.open = false;
    delete details.dataset.printed;
  }
});
