// The editor writes every text a little differently from how it was stored. So this tells the
// form whether somebody wrote in it.
"use strict";
window.ckeditorRegisterCallback?.("id_goods_desc", (editor) => {
  const untouched = document.getElementById("id_desc_untouched");
  // Empty: an error page, with a text that is not stored yet.
  if (!untouched?.value) return;
  const before = editor.getData();
  untouched.value = "1";
  editor.model.document.on("change:data", () => {
    untouched.value = editor.getData() === before ? "1" : "";
  });
});
