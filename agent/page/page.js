"use strict";
// The song page: takes of one song played at a shared position, the words following the music.

const song = JSON.parse(document.getElementById("song").textContent);
const $$ = (id) => document.getElementById(id);
const calm = matchMedia("(prefers-reduced-motion: reduce)");

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function clock(seconds) {
  const whole = Math.floor(Math.max(0, seconds));
  return Math.floor(whole / 60) + ":" + String(whole % 60).padStart(2, "0");
}

// --- sound: embedded takes are decoded and switched sample by sample, files beside the page play as they are

class EmbeddedSound {
  #context = null;
  #decoded = new Map();
  #source = null;
  #gain = null;
  #from = 0;
  #startedAt = 0;

  get isPlaying() { return this.#source !== null; }

  get position() {
    return this.isPlaying ? this.#from + this.#context.currentTime - this.#startedAt : this.#from;
  }

  set position(seconds) { this.#from = seconds; }

  load(take) {
    this.#context ??= new AudioContext();
    if (!this.#decoded.has(take)) {
      const bytes = Uint8Array.from(atob($$("sound-" + take).textContent.trim()), (c) => c.charCodeAt(0));
      this.#decoded.set(take, this.#context.decodeAudioData(bytes.buffer));
    }
    return this.#decoded.get(take);
  }

  async play(take) {
    const buffer = await this.load(take);
    await this.#context.resume();
    const position = Math.min(this.position, buffer.duration);
    const now = this.#context.currentTime;
    this.#fade(now);
    this.#source = new AudioBufferSourceNode(this.#context, { buffer });
    this.#gain = new GainNode(this.#context, { gain: 0 });
    this.#gain.gain.setValueAtTime(0, now);
    this.#gain.gain.linearRampToValueAtTime(1, now + 0.01);
    this.#source.connect(this.#gain).connect(this.#context.destination);
    this.#source.start(now, position);
    this.#from = position;
    this.#startedAt = now;
  }

  pause() {
    if (!this.isPlaying) return;
    this.#from = this.position;
    this.#fade(this.#context.currentTime);
    this.#source = null;
  }

  #fade(now) {
    if (this.#source === null) return;
    this.#gain.gain.setValueAtTime(1, now);
    this.#gain.gain.linearRampToValueAtTime(0, now + 0.01);
    this.#source.stop(now + 0.02);
  }
}

class SoundFiles {
  #players = new Map();
  #current = null;
  #from = 0;

  get isPlaying() { return this.#current !== null && !this.#current.paused; }

  get position() { return this.isPlaying ? this.#current.currentTime : this.#from; }

  set position(seconds) { this.#from = seconds; }

  load(take) {
    if (!this.#players.has(take)) {
      const player = new Audio(song.files[take]);
      player.preload = "auto";
      this.#players.set(take, player);
    }
    return this.#players.get(take);
  }

  async play(take) {
    const next = this.load(take), before = this.#current;
    next.currentTime = this.position;
    await next.play();
    if (before && before !== next) {
      if (!before.paused && Math.abs(next.currentTime - before.currentTime) > 0.03) next.currentTime = before.currentTime;
      before.pause();
    }
    this.#current = next;
  }

  pause() {
    if (this.#current === null) return;
    this.#from = this.#current.currentTime;
    this.#current.pause();
  }
}

const sound = song.files ? new SoundFiles() : new EmbeddedSound();
let take = song.takes.find((one) => one.name === song.picked) ?? song.takes[0];
let lineButtons = [], currentLine = null, duration = take.duration_s, turn = 0;

// --- what can be done

async function play() {
  const mine = ++turn;
  try {
    if (sound.position >= duration - 0.05) sound.position = 0;
    $$("message").textContent = "";
    await sound.play(take.name);
    if (mine === turn) draw();
  } catch (error) {
    $$("message").textContent = "This browser can't play the sound of " + take.name + " (" + error.message + ").";
  }
  showPlaying();
}

function pause() {
  turn += 1;
  sound.pause();
  showPlaying();
}

function seek(seconds) {
  const wasPlaying = sound.isPlaying;
  if (wasPlaying) sound.pause();
  sound.position = Math.min(Math.max(seconds, 0), duration);
  if (wasPlaying) play();
  draw();
}

function choose(name) {
  const position = sound.position, wasPlaying = sound.isPlaying;
  take = song.takes.find((one) => one.name === name);
  duration = take.duration_s;
  showTake();
  if (wasPlaying) play();
  else sound.position = Math.min(position, duration);
  draw();
}

// --- what is shown

function showPlaying() {
  const isPlaying = sound.isPlaying;
  $$("play").textContent = isPlaying ? "Stop" : "Play";
  $$("play").setAttribute("aria-pressed", String(isPlaying));
}

function showTake() {
  for (const button of $$("takes").children) button.setAttribute("aria-pressed", String(button.value === take.name));
  $$("facts").textContent = take.facts;
  $$("seek").max = duration;
  $$("sections").replaceChildren(...take.sections.map(([label, start, end]) => {
    const item = make("li", { textContent: label, title: label });
    item.style.flex = String(Math.max(end - start, 0.01)) + " 1 0";
    return item;
  }));
  showLines();
  showDownloads();
  drawWave();
}

// A span begins a little before its line and ends a little after it; neighbours are only touched.
function differs(line) {
  const overlap = ([start, end]) => Math.min(line.end_s, end) - Math.max(line.start_s, start);
  return take.spans.some((span) => overlap(span) > (line.end_s - line.start_s) / 2);
}

function showLines() {
  currentLine = null;
  lineButtons = [];
  const items = [];
  let section = null;
  for (const line of take.lines) {
    const at = take.sections.findLast(([, start]) => start <= line.start_s + 0.05);
    if (at && at !== section && at[0]) items.push(make("li", {}, make("h2", { textContent: at[0], dir: "auto" })));
    section = at ?? section;
    const button = make("button", { type: "button", dir: "auto" }, ...pieces(line));
    if (line.chords.length) button.classList.add("chorded");
    for (const words of line.translations) button.append(make("span", { className: "meaning", textContent: words, dir: "auto" }));
    const verdict = { sung: "✓ heard", partly: "~ partly heard", missing: "✗ not heard", misplaced: "✗ at another place", repeated: "✗ sung twice" }[line.heard];
    if (verdict) button.append(make("span", { className: "mark " + (line.heard === "sung" ? "sung" : "missed"), textContent: verdict }));
    button.addEventListener("click", () => seek(line.start_s));
    const item = make("li", {}, button);
    if (differs(line)) {
      item.classList.add("changed");
      button.append(make("span", { className: "mark", textContent: "differs from " + take.parent }));
    }
    lineButtons.push(button);
    items.push(item);
  }
  $$("lines").replaceChildren(...items);
}

// The text of a line cut where a word stamp or a chord stands; a chord stands over one word, so that lines can wrap.
function pieces(line) {
  const starts = new Map(line.words), chords = new Map(line.chords);
  const ends = [...chords.keys()].map((cut) => line.text.indexOf(" ", cut)).filter((cut) => cut > 0);
  const cuts = [...new Set([0, ...starts.keys(), ...chords.keys(), ...ends])]
    .filter((cut) => cut < line.text.length).sort((a, b) => a - b);
  return cuts.map((cut, index) => {
    const text = line.text.slice(cut, cuts[index + 1]);
    const word = make("span", { className: "word", textContent: text });
    if (starts.has(cut)) word.dataset.start = starts.get(cut);
    return chords.has(cut) ? underChord(word, chords.get(cut), nextChord(line, cut) - cut) : word;
  });
}

function nextChord(line, cut) {
  return (line.chords.find(([offset]) => offset > cut) ?? [Infinity])[0];
}

// A word with a chord over its beginning. The chord takes no room of its own unless the next one would run into it.
function underChord(word, symbol, room) {
  const ruby = make("ruby", {}, word, make("rt", { textContent: symbol }));
  if (room <= symbol.length + 1) {
    ruby.classList.add("crowded");
    ruby.style.minWidth = 0.45 * symbol.length + 0.4 + "rem";
  }
  return ruby;
}

function showVersions() {
  $$("versions").replaceChildren(...song.versions.map((version) => make("li", { value: version.number },
    make("strong", { textContent: version.made_by }),
    ...(version.changes.length ? [make("pre", { textContent: version.changes.join("\n"), dir: "auto" })] : []))));
}

function showDownloads() {
  const name = (song.title || "song").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$$/g, "").slice(0, 60) || "song";
  const files = [["Words with stamps (LRC)", name + ".lrc", () => new Blob([take.lrc])]];
  if (take.srt) files.push(["Subtitles (SRT)", name + ".srt", () => new Blob([take.srt])]);
  if (!song.files) {
    files.push(["Sound of " + take.name + " (MP3)", name + "-" + take.name + ".mp3", () => new Blob(
      [Uint8Array.from(atob($$("sound-" + take.name).textContent.trim()), (c) => c.charCodeAt(0))], { type: "audio/mpeg" })]);
  }
  $$("downloads").replaceChildren(...files.map(([label, file, blob]) => {
    const button = make("button", { type: "button", textContent: label });
    button.addEventListener("click", () => {
      const link = make("a", { href: URL.createObjectURL(blob()), download: file });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
    return make("li", {}, button);
  }));
}

function drawWave() {
  const canvas = $$("wave").querySelector("canvas"), scale = devicePixelRatio || 1;
  canvas.width = canvas.clientWidth * scale;
  canvas.height = canvas.clientHeight * scale;
  const context = canvas.getContext("2d"), style = getComputedStyle(document.documentElement);
  const peaks = atob(take.outline), step = canvas.width / peaks.length, middle = canvas.height / 2;
  const done = duration ? sound.position / duration : 0;
  const isChanged = (share) => take.spans.some(([start, end]) => share * duration >= start && share * duration < end);
  for (let index = 0; index < peaks.length; index++) {
    const share = index / peaks.length, height = Math.max(scale, peaks.charCodeAt(index) / 255 * middle);
    context.globalAlpha = share < done ? 1 : 0.45;
    context.fillStyle = style.getPropertyValue(share < done || isChanged(share) ? "--accent" : "--quiet");
    context.fillRect(index * step, middle - height, Math.max(step * 0.7, 1), height * 2);
  }
  context.globalAlpha = 0.6;
  context.fillStyle = style.getPropertyValue("--line");
  for (const [, start] of take.sections) context.fillRect(start / duration * canvas.width, 0, scale, canvas.height);
}

function draw() {
  const position = Math.min(sound.position, duration);
  if (sound.isPlaying && sound.position >= duration) { sound.pause(); sound.position = duration; showPlaying(); }
  $$("seek").value = position;
  $$("seek").setAttribute("aria-valuetext", clock(position) + " of " + clock(duration));
  $$("clock").textContent = clock(position) + " / " + clock(duration);
  showCurrentLine(position);
  drawWave();
}

function showCurrentLine(position) {
  const index = take.lines.findLastIndex((line) => line.start_s <= position + 0.01 && position < line.end_s);
  if (index !== currentLine) {
    lineButtons[currentLine]?.removeAttribute("aria-current");
    currentLine = index;
    const button = lineButtons[index];
    button?.setAttribute("aria-current", "true");
    $$("now").textContent = index >= 0 ? take.lines[index].text : "";
    if (sound.isPlaying) button?.scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
  }
  for (const word of lineButtons[index]?.querySelectorAll("[data-start]") ?? [])
    word.classList.toggle("past", Number(word.dataset.start) <= position);
}

function tick() {
  if (sound.isPlaying) draw();
  requestAnimationFrame(tick);
}

// --- keys and clicks

function moveByLine(by) {
  const starts = take.lines.map((line) => line.start_s), position = sound.position;
  const next = by > 0 ? starts.find((start) => start > position + 0.05) : starts.findLast((start) => start < position - 0.5);
  seek(next ?? (by > 0 ? duration : 0));
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const onButton = event.target.closest("button, summary, a");
  const number = Number(event.key);
  if (event.key === " " && !onButton) sound.isPlaying ? pause() : play();
  else if (event.key === "ArrowLeft") seek(sound.position - 5);
  else if (event.key === "ArrowRight") seek(sound.position + 5);
  else if (event.key === "ArrowUp") moveByLine(-1);
  else if (event.key === "ArrowDown") moveByLine(1);
  else if (number >= 1 && number <= song.takes.length) choose(song.takes[number - 1].name);
  else return;
  event.preventDefault();
});

$$("play").addEventListener("click", () => sound.isPlaying ? pause() : play());
$$("seek").addEventListener("input", () => seek(Number($$("seek").value)));
addEventListener("resize", drawWave);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawWave);

$$("title").textContent = song.title;
$$("style").textContent = song.style;
$$("takes").append(...song.takes.map((one) => {
  const name = one.name + (one.name === song.picked ? " (picked)" : "");
  const button = make("button", { type: "button", value: one.name, textContent: name });
  button.addEventListener("click", () => choose(one.name));
  return button;
}));
$$("takes").hidden = song.takes.length < 2;
showVersions();
showTake();
showPlaying();
draw();
requestAnimationFrame(tick);
