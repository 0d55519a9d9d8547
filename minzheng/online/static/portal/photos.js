// Photos: uploaded when chosen, one progress bar each; failed ones can be retried; removing stays on the page. Without scripts they go with “下一步”.
(function () {
  'use strict';
  var form = document.querySelector('form[data-photos-url]');
  if (!form) { chooseOnly(); return; }
  var token = form.querySelector('[name="csrfmiddlewaretoken"]').value;

  form.querySelectorAll('[data-photos]').forEach(function (place) {
    place.classList.add('p-shoot--js');
    var input = place.querySelector('input[type="file"]');
    var list = form.querySelector('[data-photos-list="' + CSS.escape(place.dataset.photos) + '"]');
    input.addEventListener('change', function () {
      var free = Number(place.dataset.max) - list.children.length;
      Array.prototype.slice.call(input.files, 0, free).forEach(function (file) { add(place, list, file); });
      if (input.files.length > free) window.portal.say(form, place.dataset.label + '最多 ' + place.dataset.max + ' 张，多的没有上传。', true);
      input.value = '';
      // uploaded by script already: not sent with the form again
      input.required = false;
    });
    list.addEventListener('click', function (event) {
      var button = event.target.closest('button');
      if (!button) return;
      event.preventDefault();
      remove(button, list, place);
    });
  });

  // pages without instant upload (撤回, 异议 …): photos go with the form; here only the chosen ones are shown
  function chooseOnly() {
    document.querySelectorAll('[data-photos]').forEach(function (place) {
      place.classList.add('p-shoot--js');
      var input = place.querySelector('input[type="file"]');
      var list = document.querySelector('[data-photos-list="' + CSS.escape(place.dataset.photos) + '"]');
      input.addEventListener('change', function () {
        list.textContent = '';
        Array.prototype.forEach.call(input.files, function (file) {
          var item = document.createElement('li');
          item.className = 'p-photo';
          if (/^image\//.test(file.type)) {
            var picture = document.createElement('img');
            picture.src = URL.createObjectURL(file);
            picture.alt = place.dataset.label;
            item.appendChild(picture);
          }
          var words = document.createElement('span');
          words.className = 'p-photo__say';
          words.textContent = '已选好';
          item.appendChild(words);
          list.appendChild(item);
        });
        place.querySelector('[data-photos-face]').textContent = input.files.length ? '重新选' : '拍照或选照片';
      });
    });
  }

  function add(place, list, file) {
    var item = document.createElement('li');
    item.className = 'p-photo';
    var url = URL.createObjectURL(file);
    if (/^image\//.test(file.type)) {
      var picture = document.createElement('img');
      picture.src = url;
      picture.alt = place.dataset.label + '（第 ' + (list.children.length + 1) + ' 张）';
      item.appendChild(picture);
    } else {
      var sheet = document.createElement('span');
      sheet.className = 'p-photo__file';
      sheet.textContent = 'PDF 文件';
      item.appendChild(sheet);
    }
    var bar = document.createElement('progress');
    bar.max = 100; bar.value = 0;
    bar.setAttribute('aria-label', '上传进度');
    var words = document.createElement('span');
    words.className = 'p-photo__say';
    words.setAttribute('aria-live', 'polite');
    item.append(bar, words);
    list.appendChild(item);
    face(place, list);
    send(place, file, item, bar, words);
  }

  function send(place, file, item, bar, words) {
    var body = new FormData();
    body.append('csrfmiddlewaretoken', token);
    body.append('do', 'photo');
    body.append('field', place.dataset.photos);
    body.append('file', file);
    var request = new XMLHttpRequest();
    request.open('POST', form.dataset.photosUrl);
    request.setRequestHeader('X-Requested-With', 'fetch');
    request.responseType = 'json';
    request.upload.addEventListener('progress', function (event) {
      if (event.lengthComputable) { bar.value = event.loaded / event.total * 100; words.textContent = '正在上传 ' + Math.round(bar.value) + '%'; }
    });
    request.addEventListener('load', function () {
      var answer = request.response || {};
      if (request.status === 200 && answer.id) done(item, bar, words, answer);
      else failed(place, file, item, bar, words, answer.error || '没有传上，请再试一次。');
    });
    request.addEventListener('error', function () { failed(place, file, item, bar, words, '网络不通，没有传上。'); });
    words.textContent = '正在上传…';
    request.send(body);
  }

  function done(item, bar, words, answer) {
    bar.remove();
    words.textContent = '已上传';
    var button = document.createElement('button');
    button.type = 'submit';
    button.name = 'remove_photo';
    button.value = answer.id;
    button.formNoValidate = true;
    button.textContent = '删掉这张';
    item.appendChild(button);
  }

  function failed(place, file, item, bar, words, sentence) {
    bar.value = 0;
    words.textContent = sentence;
    words.classList.add('is-wrong');
    if (item.querySelector('button')) return;
    var again = document.createElement('button');
    again.type = 'button';
    again.textContent = '再传一次';
    again.dataset.again = '1';
    again.addEventListener('click', function (event) {
      event.stopPropagation();
      again.remove();
      words.classList.remove('is-wrong');
      send(place, file, item, bar, words);
    });
    item.appendChild(again);
  }

  function remove(button, list, place) {
    if (button.dataset.again) return;
    var item = button.closest('li');
    var body = new FormData();
    body.append('csrfmiddlewaretoken', token);
    body.append('do', 'remove_photo');
    body.append('remove_photo', button.value);
    button.disabled = true;
    fetch(form.dataset.photosUrl, { method: 'POST', body: body, credentials: 'same-origin', headers: { 'X-Requested-With': 'fetch' } })
      .then(function (answer) {
        if (!answer.ok) throw new Error('not removed');
        item.remove();
        face(place, list);
      })
      .catch(function () {
        button.disabled = false;
        item.querySelector('.p-photo__say').textContent = '没有删掉，请再点一次。';
      });
  }

  function face(place, list) {
    place.querySelector('[data-photos-face]').textContent = list.children.length ? '再拍一张' : '拍照或选照片';
  }
})();
