// What a browser can do better than a form: copy, and answer while a slider moves. Every page works
// without this file.
const said = document.body.dataset;

const withButtons = (root) => {
  for (const box of root.querySelectorAll("[data-copies]")) {
    const frame = document.createElement("div");
    frame.className = "copies";
    box.replaceWith(frame);
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = said.copy;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(box.textContent);
        button.textContent = said.copied;
      } catch {
        getSelection().selectAllChildren(box);
        button.textContent = said.chosen;
      }
      setTimeout(() => { button.textContent = said.copy; }, 2000);
    });
    frame.append(box, button);
  }
};
withButtons(document);

for (const range of document.querySelectorAll("input[type=range]")) {
  const shown = range.parentElement.querySelector("output");
  range.addEventListener("input", () => { shown.value = range.value; });
}

const givenBy = (form) => {
  const given = [...new FormData(form)].filter(([, value]) => value !== "");
  return `${form.action}?${new URLSearchParams(given)}`;
};

// A form whose parts follow it: one question at a time; the latest is asked when it is answered.
for (const form of document.querySelectorAll("form[data-live]")) {
  const ids = form.dataset.live.split(" ");
  const place = document.createElement("div");
  place.setAttribute("aria-live", "polite");
  const told = document.createElement("p");
  told.className = "told";
  told.setAttribute("role", "status");
  form.after(told, place);
  let wanted = "";
  let asking = false;
  const put = (id, page) => {
    const found = page.getElementById(id);
    if (!found) return;
    const there = document.getElementById(id);
    // What the reader opened stays open.
    const parts = (root) => [...(root?.querySelectorAll("details") ?? [])];
    const nameOf = (part) => part.querySelector("summary").textContent;
    const was = new Map(parts(there).map((part) => [nameOf(part), part.open]));
    for (const part of parts(found)) part.open = was.get(nameOf(part)) ?? part.open;
    if (there) there.replaceChildren(...[...found.childNodes].map((n) => document.adoptNode(n)));
    else place.replaceChildren(document.adoptNode(found));
    withButtons(document.getElementById(id));
  };
  const answered = async (address) => {
    try {
      while (wanted === address) {
        const answer = await fetch(address, { headers: { "x-parts": form.dataset.live } });
        if (![202, 503].includes(answer.status)) return answer.ok ? await answer.text() : "";
        // Still worked out, or others come first: ask again, unless something else is wanted by now.
        const pause = Number(answer.headers.get("retry-after") ?? 1);
        await new Promise((done) => { setTimeout(done, pause * 1000); });
      }
    } catch { /* The network is away. */ }
    return "";
  };
  const ask = async () => {
    if (asking) return;
    asking = true;
    for (let address = wanted; address; address = wanted === address ? "" : wanted) {
      const text = await answered(address);
      if (wanted !== address) continue;
      told.textContent = text ? "" : said.unanswered;
      if (!text) continue;
      const page = new DOMParser().parseFromString(text, "text/html");
      for (const id of ids) put(id, page);
      history.replaceState(null, "", address);
    }
    asking = false;
  };
  form.addEventListener("input", () => {
    wanted = givenBy(form);
    ask();
  });
  // It may have been moved before this file came, or be put back by the browser as it was left.
  const asLoaded = form.cloneNode(true);
  asLoaded.reset();
  if (givenBy(form) !== givenBy(asLoaded)) {
    for (const control of form.elements) control.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

for (const place of document.querySelectorAll("[data-later]")) {
  // Where it does not come, the link to it stays.
  fetch(place.dataset.later).then(async (answer) => {
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.getElementById(place.id);
    if (found) place.replaceChildren(...[...found.childNodes].map((n) => document.adoptNode(n)));
  }).catch(() => {});
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
    } else if (job.seconds) told.textContent = `${job.seconds} s`;
    if (["done", "cancelled", "failed"].includes(job.state)) {
      events.close();
      location.reload();
    }
  });
  events.addEventListener("error", () => {
    told.textContent = said.away;
    if (events.readyState === EventSource.CLOSED) location.reload();
  });
}
