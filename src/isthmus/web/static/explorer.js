// What a browser can do better than a form: copy, and judge while a slider moves. Every page works
// without this file.
const said = document.body.dataset;

for (const box of document.querySelectorAll("[data-copies]")) {
  const frame = document.createElement("div");
  frame.className = "copies";
  box.replaceWith(frame);
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = said.copy;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(box.textContent);
    button.textContent = said.copied;
    setTimeout(() => { button.textContent = said.copy; }, 2000);
  });
  frame.append(box, button);
}

for (const form of document.querySelectorAll("form[data-live]")) {
  const place = document.createElement("div");
  place.setAttribute("aria-live", "polite");
  form.after(place);
  let latest = 0;
  const show = async () => {
    const mine = ++latest;
    const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
    const answer = await fetch(address);
    if (!answer.ok || mine !== latest) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.getElementById(form.dataset.live);
    if (!found || mine !== latest) return;
    const before = document.getElementById(form.dataset.live);
    if (before) before.remove();
    place.replaceChildren(document.adoptNode(found));
    history.replaceState(null, "", address);
  };
  form.addEventListener("input", show);
}

for (const going of document.querySelectorAll("[data-events]")) {
  const bar = going.querySelector("progress");
  const told = going.querySelector("output");
  const events = new EventSource(going.dataset.events);
  events.addEventListener("message", (message) => {
    const job = JSON.parse(message.data);
    const at = job.progress;
    if (at) {
      if (at.total) {
        bar.max = at.total;
        bar.value = at.done;
      }
      told.textContent = `${at.task}: ${at.done}${at.total ? ` / ${at.total}` : ""} ${at.unit}`;
    }
    if (["done", "cancelled", "failed"].includes(job.state)) {
      events.close();
      location.reload();
    }
  });
}
