// A page that takes longer than a second to come says so: otherwise people press again because nothing seems to happen.
const LATE = 1000;
const LONGEST = 20000;
const FILE = /下载|导出|PDF|Excel/; // what is saved as a file leaves the page as it is, and nothing tells when it has come
let timer = 0;
let bar = null;

function hide() {
  clearTimeout(timer);
  bar?.remove();
  bar = null;
}

function show() {
  bar = document.createElement('p');
  bar.className = 'waiting';
  bar.setAttribute('role', 'status');
  bar.textContent = '正在打开，请稍候…';
  document.body.append(bar);
  timer = setTimeout(hide, LONGEST);
}

window.addEventListener('beforeunload', () => {
  hide();
  const pressed = document.activeElement?.closest('a, button');
  if (!pressed?.hasAttribute('download') && !FILE.test(pressed?.textContent ?? '')) timer = setTimeout(show, LATE);
});
window.addEventListener('pageshow', hide);
for (const happens of ['pointerdown', 'keydown']) document.addEventListener(happens, hide);
