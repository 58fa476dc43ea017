// The start page turns into the shop by itself: once the server answers with a page that is not
// this one in this state, the browser loads it.
const shown = `data-state="${document.currentScript.dataset.state}"`;

async function look() {
  try {
    const answer = await fetch(location.pathname, { cache: "no-store" });
    if (answer.ok && !(await answer.text()).includes(shown)) {
      location.reload();
      return;
    }
  } catch {
    // The server is restarting.
  }
  setTimeout(look, 1500);
}

setTimeout(look, 1500);
