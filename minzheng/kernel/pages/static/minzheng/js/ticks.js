// Ticking rows of a list: all of this page at once, and how many are ticked. Without scripts the boxes still work.
document.addEventListener('change', (event) => {
  const form = event.target.closest('[data-batch]');
  if (!form) return;
  const boxes = [...form.querySelectorAll('input[name="row"]')];
  if (event.target.matches('[data-tick-all]')) {
    for (const box of boxes) box.checked = event.target.checked;
  }
  const ticked = boxes.filter((box) => box.checked).length;
  const all = form.querySelector('[data-tick-all]');
  all.checked = ticked === boxes.length;
  all.indeterminate = ticked > 0 && ticked < boxes.length;
  form.querySelector('[data-ticked]').textContent = ticked ? `已勾选 ${ticked} 行：` : '勾选各行后可一次办理：';
});
