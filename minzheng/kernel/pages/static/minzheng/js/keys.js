// Shortcuts: / search, j k rows, x tick the row, g w workbench, g l list, g n window registration, a act, ? help. Not inside inputs.
const GO = { w: '/console/', l: '/console/cases/', n: '/console/intake/' };
let pending = '';

function typing(target) {
  return target.closest('input, textarea, select, [contenteditable]') && !target.matches('[type=checkbox], [type=radio]');
}

function move(step) {
  const rows = [...document.querySelectorAll('tr[data-row]')].filter((row) => row.querySelector('a'));
  if (!rows.length) return;
  const now = rows.findIndex((row) => row.contains(document.activeElement) || row.classList.contains('at'));
  const next = Math.min(Math.max(now + step, 0), rows.length - 1);
  rows.forEach((row) => row.classList.remove('at'));
  rows[next].classList.add('at');
  rows[next].querySelector('a').focus();
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector('dialog[open]')) return;
  if (pending === 'g') {
    pending = '';
    const target = GO[event.key];
    const link = target && document.querySelector(`#nav a[href="${target}"]`);
    if (link) { event.preventDefault(); window.location.href = target; }
    return;
  }
  switch (event.key) {
    case 'g': pending = 'g'; setTimeout(() => { pending = ''; }, 1200); break;
    case 'j': move(1); event.preventDefault(); break;
    case 'k': move(-1); event.preventDefault(); break;
    case 'x': document.activeElement?.closest('tr[data-row]')?.querySelector('input[name="row"]')?.click(); break;
    case '/': document.getElementById('global-q')?.focus(); event.preventDefault(); break;
    case '?': document.getElementById('keys')?.showModal(); event.preventDefault(); break;
    case 'a': document.querySelector('#acts [data-first], #acts button:not([disabled]), #acts summary')?.focus(); break;
    default:
  }
});
