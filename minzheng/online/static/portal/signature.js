// Signature by hand: the name is drawn on a canvas, kept as PNG in a hidden input and sent with the form.
(function () {
  'use strict';
  document.querySelectorAll('[data-sign]').forEach(function (box) {
    var canvas = box.querySelector('canvas');
    var output = box.querySelector('input[type="hidden"]');
    var pen = canvas.getContext('2d');
    var drawing = false, inked = false;

    function size() {
      var shown = canvas.getBoundingClientRect();
      if (!shown.width || inked) return;
      canvas.width = Math.round(shown.width * 2);
      canvas.height = Math.round(shown.height * 2);
      pen.scale(2, 2);
      pen.lineWidth = 3.2;
      pen.lineCap = 'round';
      pen.lineJoin = 'round';
      pen.strokeStyle = '#10203a';
      pen.fillStyle = '#10203a';
    }
    function at(event) {
      var shown = canvas.getBoundingClientRect();
      return [event.clientX - shown.left, event.clientY - shown.top];
    }
    canvas.addEventListener('pointerdown', function (event) {
      if (!canvas.dataset.sized) { size(); canvas.dataset.sized = '1'; }
      drawing = true;
      canvas.setPointerCapture(event.pointerId);
      var p = at(event);
      pen.beginPath();
      pen.moveTo(p[0], p[1]);
      event.preventDefault();
    });
    canvas.addEventListener('pointermove', function (event) {
      if (!drawing) return;
      var p = at(event);
      pen.lineTo(p[0], p[1]);
      pen.stroke();
      inked = true;
    });
    function lift() {
      if (!drawing) return;
      drawing = false;
      if (inked) output.value = canvas.toDataURL('image/png');
    }
    canvas.addEventListener('pointerup', lift);
    canvas.addEventListener('pointercancel', lift);
    box.querySelector('[data-sign-clear]').addEventListener('click', function () {
      pen.clearRect(0, 0, canvas.width, canvas.height);
      inked = false;
      output.value = '';
    });
  });
})();
