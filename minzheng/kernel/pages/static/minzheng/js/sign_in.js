// Demo logins: “填入” puts user name and password into the form.
for (const button of document.querySelectorAll('[data-fill]')) {
  button.addEventListener('click', () => {
    document.getElementById('username').value = button.dataset.fill;
    document.getElementById('password').value = button.dataset.password;
    document.querySelector('.btn-wide').focus();
  });
}
