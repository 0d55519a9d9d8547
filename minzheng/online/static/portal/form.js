// Application form: conditional questions, ID echo, amounts read out, villages chosen in two steps, draft saved on leaving a field.
(function () {
  'use strict';
  var form = document.querySelector('form[data-apply], form[data-today]');
  if (!form) return;

  // —— conditional questions: shown only when another has a certain answer ——
  function valueOf(name) {
    var inputs = form.querySelectorAll('[name="' + CSS.escape(name) + '"]');
    var values = [];
    inputs.forEach(function (input) {
      if (input.type === 'radio' || input.type === 'checkbox') { if (input.checked) values.push(input.value); }
      else values.push(input.value);
    });
    return values;
  }
  function refresh() {
    form.querySelectorAll('[data-when]').forEach(function (box) {
      var wanted = box.dataset.whenValues ? box.dataset.whenValues.split('|') : null;
      var values = valueOf(box.dataset.when).filter(function (v) { return v !== ''; });
      var on = wanted
        ? values.some(function (v) { return wanted.indexOf(v) >= 0; })
        : values.some(function (v) { return v !== 'no' && v !== '0'; });
      box.classList.toggle('is-off', !on);
    });
  }

  // —— is there this income: a tick shows the amount, removing it empties the amount ——
  form.querySelectorAll('[data-opens]').forEach(function (box) {
    var input = document.getElementById(box.dataset.opens);
    var inside = input.closest('.p-open__in');
    box.addEventListener('change', function () {
      inside.classList.toggle('is-off', !box.checked);
      if (box.checked) input.focus();
      else { input.value = ''; backOf(input); refresh(); }
    });
  });

  // —— ID number: check digit, birth date, sex, age ——
  var WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  function readId(text) {
    var id = text.replace(/[\s-]/g, '').toUpperCase();
    if (!id) return { words: '' };
    if (/^\d{15}$/.test(id)) return { words: birth('19' + id.slice(6, 12), id[14]) };
    if (id.length < 18) return { words: '' };
    if (!/^\d{17}[\dX]$/.test(id)) return { words: '身份证号码应是 18 位，请对照证件看一看。', wrong: true };
    var sum = 0;
    for (var i = 0; i < 17; i++) sum += WEIGHTS[i] * Number(id[i]);
    if ('10X98765432'[sum % 11] !== id[17]) return { words: '号码可能有一位写错了，请对照证件再看一遍。', wrong: true };
    return { words: birth(id.slice(6, 14), id[16]) };
  }
  function birth(digits, sexDigit) {
    var y = Number(digits.slice(0, 4)), m = Number(digits.slice(4, 6)), d = Number(digits.slice(6, 8));
    var day = new Date(y, m - 1, d);
    if (day.getMonth() !== m - 1 || day.getDate() !== d) return '';
    var now = new Date(form.dataset.today + 'T00:00:00');
    var age = now.getFullYear() - y - (now.getMonth() < m - 1 || (now.getMonth() === m - 1 && now.getDate() < d) ? 1 : 0);
    return y + '年' + m + '月' + d + '日出生，' + (Number(sexDigit) % 2 ? '男' : '女') + '，' + age + ' 岁';
  }

  // —— amounts read out: a zero too many shows ——
  var DIGITS = '零一二三四五六七八九';
  function section(n) {
    var units = ['', '十', '百', '千'], out = '', zero = false;
    for (var i = 3; i >= 0; i--) {
      var digit = Math.floor(n / Math.pow(10, i)) % 10;
      if (digit) { out += (zero ? '零' : '') + DIGITS[digit] + units[i]; zero = false; }
      else if (out) zero = true;
    }
    return out;
  }
  function moneyWords(text) {
    var plain = text.replace(/[,，\s]/g, '').replace(/元$/, '');
    if (!/^\d{1,8}(\.\d{1,2})?$/.test(plain)) return '';
    var cents = Math.round(Number(plain) * 100), whole = Math.floor(cents / 100), rest = cents % 100;
    var high = Math.floor(whole / 10000), low = whole % 10000;
    var read = (high ? section(high) + '万' : '') + (low ? (high && low < 1000 ? '零' : '') + section(low) : '');
    read = (read || '零').replace(/^一十/, '十');
    var jiao = Math.floor(rest / 10), fen = rest % 10;
    var tail = (jiao ? DIGITS[jiao] + '角' : fen && whole ? '零' : '') + (fen ? DIGITS[fen] + '分' : '');
    return whole || !tail ? read + '元' + tail : tail;
  }
  function backOf(input) {
    var place = document.getElementById(input.id + '-back');
    if (!place) return;
    if (input.hasAttribute('data-money')) place.textContent = moneyWords(input.value);
    else {
      var read = readId(input.value);
      place.textContent = read.words;
      place.classList.toggle('is-wrong', Boolean(read.wrong));
    }
  }

  // —— villages: when there are many and they read “乡镇 村”, choose the township first ——
  function twoLevels(select) {
    var options = Array.prototype.slice.call(select.options).filter(function (o) { return o.value; });
    if (options.length < 25 || !options.every(function (o) { return o.text.trim().indexOf(' ') > 0; })) return;
    var towns = [];
    options.forEach(function (o) {
      var town = o.text.trim().split(' ')[0];
      if (towns.indexOf(town) < 0) towns.push(town);
    });
    var chosen = select.options[select.selectedIndex];
    var first = document.createElement('select');
    first.className = 'p-input';
    first.setAttribute('aria-label', '先选乡镇（街道）');
    first.add(new Option('先选乡镇（街道）', ''));
    towns.forEach(function (town) { first.add(new Option(town, town)); });
    function fill(town, value) {
      select.length = 0;
      select.add(new Option(town ? '再选村（社区）' : '请先选乡镇（街道）', ''));
      options.forEach(function (o) {
        var parts = o.text.trim().split(' ');
        if (parts[0] === town) select.add(new Option(parts.slice(1).join(' '), o.value, false, o.value === value));
      });
    }
    var town = chosen && chosen.value ? chosen.text.trim().split(' ')[0] : '';
    first.value = town;
    fill(town, select.value);
    first.addEventListener('change', function () { fill(first.value, ''); select.focus(); });
    select.parentNode.insertBefore(first, select);
  }

  // —— draft: saved on leaving a field; a failure interrupts nothing and gets one sentence ——
  var timer = null, dirty = false;
  function saveSoon() {
    if (!form.hasAttribute('data-apply') || form.hasAttribute('data-no-save')) return;
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, 700);
  }
  function save() {
    if (!dirty || form.dataset.sending) return;
    dirty = false;
    var body = new FormData(form);
    form.querySelectorAll('input[type="file"]').forEach(function (input) { body.delete(input.name); });
    body.set('do', 'autosave');
    fetch(form.action || location.href, { method: 'POST', body: body, credentials: 'same-origin', redirect: 'manual', headers: { 'X-Requested-With': 'fetch' } })
      .then(function (answer) {
        if (answer.ok) window.portal.say(form, '已自动保存', false);
        else if (answer.type === 'opaqueredirect' || answer.status === 401) window.portal.say(form, '登录已过期。请点“下一步”，重新登录后接着填，内容不会丢。', true);
        else { dirty = true; window.portal.say(form, '刚才没有存上，点“下一步”会再存一次。', true); }
      })
      .catch(function () { dirty = true; window.portal.say(form, '网络不通，内容还在本页，连上后会再存。', true); });
  }
  window.addEventListener('online', function () { if (dirty) save(); });

  form.addEventListener('input', function (event) {
    if (event.target.matches('[data-money],[data-idnumber]')) backOf(event.target);
    refresh();
  });
  form.addEventListener('change', function (event) {
    refresh();
    if (event.target.type !== 'file') saveSoon();
  });
  form.querySelectorAll('select').forEach(twoLevels);
  refresh();
})();
