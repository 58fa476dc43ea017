"use strict";
// Puts the chosen text into the reply, below what is there; it is sent when the form is saved.
document.addEventListener("DOMContentLoaded", () => {
  const choice = document.getElementById("quick-reply");
  const reply = choice && document.getElementById(choice.dataset.target);
  if (!reply) return;
  // Beside the field that it fills.
  reply.closest(".form-row").prepend(choice.closest(".quick-replies"));
  choice.addEventListener("change", () => {
    if (!choice.value) return;
    reply.value = [reply.value.trim(), choice.value].filter(Boolean).join("\n");
    choice.value = "";
    reply.focus();
  });
});
