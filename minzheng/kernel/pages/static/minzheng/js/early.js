// 在画页面之前标明“有脚本”，免得菜单和条件字段先出现再收起。
document.documentElement.classList.add('js');
