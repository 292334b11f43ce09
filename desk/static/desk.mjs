// Makes the desk live: swaps pieces that the server wrote, sends forms without a reload, rings
// without a word of anybody's. Keeps nothing: no storage, no history entries, no words in titles.

const desk = document.querySelector("[data-desk]");
const say = document.querySelector("[data-say]");
const state = document.querySelector("[data-state]");
const { csrf, title, lost, live, home } = desk.dataset;
let talk = desk.dataset.talk;
let seen = desk.dataset.seen;
let waiting = 0;
let unseen = 0;
let sound = true;
let audio;

for (const part of document.querySelectorAll("[data-scripted]")) part.hidden = false;
for (const part of document.querySelectorAll("[data-plain]")) part.hidden = true;

// A page that comes back from the back-forward cache shows what is over: ask anew.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
window.addEventListener("pagehide", () => {
  document.querySelector("[data-panel]")?.replaceChildren();
});

function tell(text) {
  say.textContent = text ?? "";
  say.hidden = !text;
}

function count() {
  const news = waiting + unseen;
  document.title = news ? `(${news}) ${title}` : title;
}

function bell(kind) {
  if (!sound) return;
  try {
    audio ??= new AudioContext();
    const now = audio.currentTime;
    const tone = audio.createOscillator();
    const level = audio.createGain();
    tone.frequency.value = kind === "new" ? 520 : 390;
    level.gain.setValueAtTime(0, now);
    level.gain.linearRampToValueAtTime(0.12, now + 0.02);
    level.gain.exponentialRampToValueAtTime(0.0001, now + 0.5);
    tone.connect(level).connect(audio.destination);
    tone.start(now);
    tone.stop(now + 0.5);
  } catch {
    // No sound device: the title still says it.
  }
}

document.querySelector("[data-sound]")?.addEventListener("click", ({ currentTarget }) => {
  sound = !sound;
  currentTarget.setAttribute("aria-pressed", String(sound));
  currentTarget.textContent = sound ? currentTarget.dataset.on : currentTarget.dataset.off;
  if (sound) bell("line");
});
window.addEventListener("focus", () => {
  unseen = 0;
  count();
});

// Pieces from the server carry no token; it is put in here.
function fill(part) {
  for (const field of part.querySelectorAll('input[name="csrf"]')) field.value = csrf;
}

function toEnd() {
  const box = document.querySelector("[data-scroll]");
  if (box) box.scrollTop = box.scrollHeight;
}

function open(may) {
  for (const part of document.querySelectorAll("[data-needs-open], [data-write] textarea")) {
    part.disabled = !may;
  }
}

const take = {
  list(news) {
    const part = document.querySelector("[data-lists]");
    const at = document.activeElement?.closest("form")?.getAttribute("action");
    const inside = part.contains(document.activeElement);
    part.outerHTML = news.list;
    const fresh = document.querySelector("[data-lists]");
    fill(fresh);
    if (inside && at) fresh.querySelector(`form[action="${CSS.escape(at)}"] button, form[action="${at}"] button`)?.focus();
    waiting = news.count;
    count();
  },
  thread(news) {
    const box = document.querySelector("[data-threadbox]");
    box.innerHTML = news.thread;
    document.querySelector("[data-top]").innerHTML = news.top;
    fill(box);
    seen = box.querySelector("li:last-child")?.dataset.number ?? seen;
    if (document.querySelector("[data-write]")?.getAttribute("action")?.endsWith("/say")) open(news.can_write);
    toEnd();
  },
  line(news) {
    if (document.querySelector(`[data-lines] [data-number="${news.number}"]`)) return;
    document.querySelector("[data-lines]")?.insertAdjacentHTML("beforeend", news.line);
    seen = news.number;
    toEnd();
  },
  delivery(news) {
    const part = document.querySelector(`[data-number="${news.number}"] [data-delivery]`);
    if (!part) return;
    part.textContent = news.delivery;
    part.classList.toggle("failed", news.failed);
  },
  gone(news) {
    talk = "";
    const panel = document.querySelector("[data-panel]");
    if (!panel) return tell(news.gone);
    panel.replaceChildren();
    const over = document.createElement("div");
    const words = document.createElement("p");
    const link = document.createElement("a");
    over.className = "over";
    words.setAttribute("role", "alert");
    link.href = "/";
    link.className = "button";
    link.textContent = home;
    over.append(words, link);
    panel.append(over);
    words.textContent = news.gone;
    panel.focus();
  },
  ring(news) {
    if (document.hidden || news.ring === "new") bell(news.ring);
    if (document.hidden) {
      unseen += 1;
      count();
    }
  },
  out() {
    document.querySelector("[data-panel]")?.replaceChildren();
    location.replace("/login");
  },
};

function form(values) {
  return new URLSearchParams({ csrf, ...values });
}

async function post(path, values) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "x-desk": "live" },
    body: form(values),
  });
  if (answer.status === 403 || answer.redirected) return location.reload();
  if (!answer.ok) throw new Error(answer.status);
  const found = await answer.json();
  if (found.out) take.out();
  return found;
}

let wait = 500;
let streaming;

async function listen() {
  for (;;) {
    streaming = new AbortController();
    let beat;
    const watch = () => {
      clearTimeout(beat);
      beat = setTimeout(() => streaming.abort(), 25_000);
    };
    try {
      watch();
      const answer = await fetch("/stream", {
        method: "POST",
        headers: { "x-desk": "live" },
        body: form({ talk, seen }),
        signal: streaming.signal,
      });
      if (answer.status === 403) return location.reload();
      if (!answer.ok) throw new Error(answer.status);
      state.textContent = live;
      state.classList.remove("lost");
      wait = 500;
      let rest = "";
      const words = new TextDecoderStream();
      for await (const piece of pieces(answer.body.pipeThrough(words))) {
        watch();
        rest += piece;
        const lines = rest.split("\n");
        rest = lines.pop();
        for (const line of lines) {
          if (!line) continue;
          const news = JSON.parse(line);
          for (const kind of Object.keys(take)) if (kind in news) take[kind](news);
        }
      }
    } catch {
      // Closed, or no network: said below, tried again.
    } finally {
      clearTimeout(beat);
    }
    state.textContent = lost;
    state.classList.add("lost");
    await new Promise((done) => setTimeout(done, wait));
    wait = Math.min(wait * 2, 10_000);
  }
}

async function* pieces(stream) {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

window.addEventListener("online", () => streaming?.abort());

document.addEventListener("submit", async (event) => {
  const target = event.target;
  const write = target.matches("[data-write]");
  const search = target.matches("[data-search]");
  if (!write && !search && !target.matches("[data-live-form]")) return;
  event.preventDefault();
  const values = Object.fromEntries(new FormData(target));
  if (write && !values.text.trim()) return;
  const box = target.querySelector("textarea");
  if (box) box.value = "";
  try {
    const found = await post(new URL(target.action).pathname, values);
    tell(found.say);
    if (search) document.querySelector("[data-options]").innerHTML = found.options;
    if (write && found.say && box && !box.value) box.value = values.text;
  } catch {
    if (box && !box.value) box.value = values.text;
    tell(lost);
  }
  box?.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  const write = event.target.closest?.("[data-write]");
  if (!write || event.target.tagName !== "TEXTAREA") return;
  event.preventDefault();
  write.requestSubmit();
});

toEnd();
listen();
