// Conditional fields: shown when another field has certain values. Without scripts all show and the server decides.
function valueOf(form, name) {
  const item = form.elements[name];
  if (!item) return [];
  if (item instanceof RadioNodeList) return [...item].filter((one) => one.checked).map((one) => one.value);
  if (item.type === 'checkbox' || item.type === 'radio') return item.checked ? [item.value] : [];
  return item.value ? [item.value] : [];
}

function refresh(form) {
  for (const field of form.querySelectorAll('[data-when]')) {
    const [name, wanted] = field.dataset.when.split('=');
    const values = valueOf(form, name);
    const options = wanted ? wanted.split(',') : [];
    const on = options.length ? values.some((value) => options.includes(value)) : values.some((value) => value && value !== 'no');
    field.classList.toggle('field-off', !on);
  }
}

document.addEventListener('change', (event) => {
  const form = event.target.closest('form');
  if (form && form.querySelector('[data-when]')) refresh(form);
});
for (const form of document.querySelectorAll('form')) refresh(form);
document.addEventListener('htmx:after:swap', () => document.querySelectorAll('form').forEach(refresh));

// many boxes at once; the buttons show only where scripts run
const bulk = () => document.querySelectorAll('.pick-all[hidden]').forEach((one) => { one.hidden = false; });
bulk();
document.addEventListener('htmx:after:swap', bulk);
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-pick-all], [data-pick-none]');
  if (!button) return;
  const boxes = button.closest('fieldset').querySelectorAll('input[type="checkbox"]');
  for (const box of boxes) box.checked = 'pickAll' in button.dataset;
  boxes[0].dispatchEvent(new Event('change', { bubbles: true }));
});

// one form is not submitted by two presses
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method !== 'post') return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = '1';
  setTimeout(() => { delete form.dataset.sent; }, 4000);
});
