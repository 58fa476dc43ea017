"use strict";
// Many parcels on one page: a scanner ends each number with a return, which leads to the next
// empty number; behind the last one the page is sent. A carrier holds for the empty rows below.
document.addEventListener("DOMContentLoaded", () => {
  const rows = [...document.querySelectorAll(".parcels .parcel")].map((row) => ({
    carrier: row.querySelector("select"),
    number: row.querySelector("input[type=text]"),
  }));
  rows.forEach((row, place) => {
    const below = rows.slice(place + 1);
    row.number.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || !row.number.value.trim()) return;
      const next = below.find((other) => !other.number.value.trim());
      if (!next) return;
      event.preventDefault();
      next.number.focus();
    });
    row.carrier.addEventListener("change", () => {
      if (row.carrier.value === "other") return;
      for (const other of below) {
        if (!other.number.value.trim()) other.carrier.value = row.carrier.value;
      }
    });
  });
});
