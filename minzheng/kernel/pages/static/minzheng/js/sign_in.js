// 示范账号：点“填入”把用户名和口令写进表单。
for (const button of document.querySelectorAll('[data-fill]')) {
  button.addEventListener('click', () => {
    document.getElementById('username').value = button.dataset.fill;
    document.getElementById('password').value = button.dataset.password;
    document.querySelector('.btn-wide').focus();
  });
}
