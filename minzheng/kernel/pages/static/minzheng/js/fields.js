// 条件字段：另一个字段取某些值时才出现。没有脚本时全部显示，由服务器判断。
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

// 防止同一张表连按两次
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method !== 'post') return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = '1';
  setTimeout(() => { delete form.dataset.sent; }, 4000);
});
