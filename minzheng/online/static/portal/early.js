// 在画页面之前标明“有脚本”，免得条件问题先出现再收起。
document.documentElement.classList.add('js');
