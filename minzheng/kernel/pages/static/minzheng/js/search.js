// Suggestions of the top search: after 200 ms of rest fetch a short list; arrows choose, Enter opens, Esc closes.
const form = document.querySelector('.global-search');
if (form) {
  const input = form.querySelector('input[name=q]');
  const box = document.getElementById('suggestions');
  let timer = 0;
  let asked = 0;

  const hide = () => { box.hidden = true; input.setAttribute('aria-expanded', 'false'); input.removeAttribute('aria-activedescendant'); };

  const ask = async () => {
    const text = input.value.trim();
    if (text.length < 2) { hide(); return; }
    const number = ++asked;
    // By POST: what is typed here is often a name or an ID number and must not stand in an address.
    const response = await fetch(form.dataset.suggest, { method: 'POST', body: new FormData(form), headers: { 'HX-Request': 'true', 'HX-Current-URL': location.href } });
    const away = response.headers.get('HX-Redirect');
    if (away) { location.href = away; return; }
    if (!response.ok || number !== asked) return;
    box.innerHTML = await response.text();
    box.hidden = false;
    input.setAttribute('aria-expanded', 'true');
  };

  input.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(ask, 200); });
  input.addEventListener('keydown', (event) => {
    const links = [...box.querySelectorAll('a')];
    if (event.key === 'Escape') { hide(); return; }
    if (box.hidden || !links.length) return;
    const now = links.findIndex((link) => link.getAttribute('aria-selected') === 'true');
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const next = (now + (event.key === 'ArrowDown' ? 1 : -1) + links.length) % links.length;
      links.forEach((link, index) => link.setAttribute('aria-selected', String(index === next)));
      input.setAttribute('aria-activedescendant', links[next].id);
      links[next].scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter' && now >= 0) {
      event.preventDefault();
      links[now].click();
    }
  });
  document.addEventListener('click', (event) => { if (!form.contains(event.target)) hide(); });
}
