// Shows pictures before they are saved, and moves those of goods up and down.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const mostBytes = 45 * 1024 * 1024;

  const show = (input) => {
    let box = input.parentElement.querySelector(".chosen-pictures");
    if (!box) {
      box = document.createElement("div");
      box.className = "chosen-pictures";
      input.after(box);
    }
    for (const image of box.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    box.replaceChildren();
    let bytes = 0;
    for (const file of input.files) {
      bytes += file.size;
      const image = document.createElement("img");
      image.src = URL.createObjectURL(file);
      image.alt = image.title = file.name;
      box.append(image);
    }
    const warning = bytes > mostBytes ? input.dataset.tooLarge : "";
    input.setCustomValidity(warning || "");
    if (warning) {
      const text = document.createElement("div");
      text.className = "too-large";
      text.textContent = warning;
      box.append(text);
    }
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches('input[type="file"]')) show(event.target);
  });

  for (const group of document.querySelectorAll(".goods-pictures")) {
    const rows = () => [...group.querySelectorAll("tr.has_original")];
    const number = () => rows().forEach((row, index) => {
      row.querySelector('input[name$="-position"]').value = index + 1;
    });
    for (const row of rows()) {
      const cell = row.querySelector("td.field-position");
      if (!cell?.querySelector("input")) continue;
      for (const [sign, move] of [
        ["↑", () => rows()[rows().indexOf(row) - 1]?.before(row)],
        ["↓", () => rows()[rows().indexOf(row) + 1]?.after(row)],
      ]) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "move";
        button.textContent = sign;
        button.addEventListener("click", () => { move(); number(); });
        cell.append(button);
      }
    }
  }
});
