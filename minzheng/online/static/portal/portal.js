// On every page: says when the network is gone, stops double submission, puts the focus on the error list. Pages work without it.
(function () {
  'use strict';

  function offlineBar() {
    var bar = document.querySelector('[data-offline]');
    if (!bar) return;
    function show() { bar.hidden = navigator.onLine !== false; }
    window.addEventListener('online', show);
    window.addEventListener('offline', show);
    show();
  }

  // One form is submitted once; without a network not at all, and what was typed stays.
  function guardForms() {
    document.addEventListener('submit', function (event) {
      var form = event.target;
      if (navigator.onLine === false) {
        event.preventDefault();
        say(form, '现在没有网络，还没有交上去。您填的内容都在，连上网后再点一次。', true);
        return;
      }
      if (form.dataset.sending) { event.preventDefault(); return; }
      if (event.defaultPrevented) return;
      form.dataset.sending = '1';
      var button = event.submitter;
      // the button's value must go with the form, so disable it after this event
      setTimeout(function () { markSending(form, button); }, 0);
    });
    // coming back to this page: buttons work again
    window.addEventListener('pageshow', function () {
      document.querySelectorAll('form[data-sending]').forEach(restore);
    });
  }

  function markSending(form, button) {
    form.querySelectorAll('button').forEach(function (b) { b.disabled = true; });
    if (button) {
      button.dataset.words = button.textContent;
      button.textContent = '正在提交，请稍等…';
    }
    setTimeout(function () {
      if (form.dataset.sending) say(form, '网络有点慢，还在提交。请不要关闭页面。', false);
    }, 4000);
  }

  function restore(form) {
    delete form.dataset.sending;
    form.querySelectorAll('button').forEach(function (b) {
      b.disabled = false;
      if (b.dataset.words) b.textContent = b.dataset.words;
    });
  }

  function say(form, words, wrong) {
    var place = form.querySelector('[data-say]') || document.querySelector('[data-say]');
    if (!place) return;
    place.textContent = words;
    place.classList.toggle('is-wrong', Boolean(wrong));
  }

  function focusErrors() {
    var box = document.querySelector('[data-errors]');
    if (box) box.focus();
  }

  // Copy the link (to sign): where unsupported, select the text for copying by hand
  function copyButtons() {
    document.querySelectorAll('[data-copy]').forEach(function (button) {
      button.hidden = false;
      button.addEventListener('click', function () {
        var source = document.getElementById(button.dataset.copy);
        var done = function () { button.textContent = '已复制，去微信里粘贴'; };
        if (navigator.clipboard && window.isSecureContext) {
          navigator.clipboard.writeText(source.textContent.trim()).then(done);
        } else {
          var range = document.createRange();
          range.selectNodeContents(source);
          var selection = window.getSelection();
          selection.removeAllRanges();
          selection.addRange(range);
          button.textContent = '已选中，长按复制';
        }
      });
    });
  }

  window.portal = { say: say };
  offlineBar();
  guardForms();
  focusErrors();
  copyButtons();
})();
