/* The live page: messages go and come without reloading. Nothing is kept but in variables, nothing
   comes from or goes to anywhere but our own door, and no text is ever read as markup. */

import { clear, keep, whenWiped, wipe, wiped } from './exit.mjs'

const page = document.documentElement
const body = document.body
const form = document.querySelector('#say')
const box = form.querySelector('textarea')
const note = form.querySelector('[data-note]')
const log = document.querySelector('[data-log]')
const writing = document.querySelector('[data-writing]')
const offer = document.querySelector('[data-offer]')
const IDLE_S = Number(body.dataset.blankS)
const WARN_S = Math.min(60, IDLE_S / 4)

/* What this page knows of its session. The key proves that a first message sent again comes from
   the same page: networks lose answers. */
const session = {
  start: form.elements.token.value,
  key: draw(),
  token: '',
  seen: 0,
  number: 0,
  held: false,
  listening: false,
}
const stop = new AbortController()
let pending = 0
let closing = false
let unsent = null
let covered = null
let activeAt = Date.now()

whenWiped(() => {
  stop.abort()
  Object.assign(session, { start: '', key: '', token: '', listening: false })
  unsent = null
  covered = null
})

function draw() {
  const bytes = crypto.getRandomValues(new Uint8Array(24))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function post(path, content) {
  return fetch(path, {
    method: 'POST',
    body: JSON.stringify(content),
    headers: { 'content-type': 'application/json' },
    cache: 'no-store',
    credentials: 'omit',
    redirect: 'error',
    referrerPolicy: 'no-referrer',
    signal: stop.signal,
  })
}

/* -- messages on the page ----------------------------------------------------------------------- */

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...children)
  return made
}

function bubble(who, kind, attributes, ...children) {
  const name = element('span', { class: 'unseen', lang: page.lang }, who)
  const made = element('div', { class: kind, ...attributes }, name, element('p', {}, ...children))
  log.append(made)
  return made
}

function showYours(text) {
  const made = bubble(log.dataset.you, 'message yours', {}, text)
  made.lastChild.dir = 'auto'
  scrollTo(0, page.scrollHeight)
  return made
}

function show(messages) {
  let first = null
  for (const message of messages) {
    if (message.number <= session.seen) continue
    session.seen = message.number
    if (covered) {
      covered.push(message)
      continue
    }
    const made = draft(message)
    first ??= made
  }
  if (!first) return
  scrollTo(0, page.scrollHeight)
  const top = document.querySelector('header').getBoundingClientRect().bottom
  if (first.getBoundingClientRect().top < top) first.scrollIntoView({ block: 'start' })
}

function draft(message) {
  const place = { lang: message.language, dir: message.direction }
  const parts = message.parts.map(([text, tel]) =>
    tel ? element('a', { href: tel, dir: 'ltr' }, text) : text,
  )
  const made = bubble(log.dataset.helper, 'message', place, ...parts)
  offer.replaceChildren(
    ...message.choices.map((choice) =>
      element(
        'button',
        { form: 'say', name: 'choice', value: choice, formnovalidate: '', ...place },
        choice,
      ),
    ),
  )
  return made
}

function tell(name) {
  note.textContent = name ? note.dataset[name] : ''
  note.hidden = !name
}

/* -- going out ---------------------------------------------------------------------------------- */

function talking() {
  if (body.classList.contains('talking')) return
  body.classList.add('talking')
  document.querySelector('.languages').open = false
  // On a wide screen there is room for it beside the conversation.
  document.querySelector('.before').open = matchMedia('(min-width: 64rem)').matches
}

async function say(text) {
  if (wiped()) return
  if (closing) return over()
  // The server must be able to forget a page whose first answer never came back.
  keep(session.token || session.start)
  talking()
  tell('')
  offer.replaceChildren()
  const mine = text ? showYours(text) : null
  // The same words sent again after a failure keep their number: the server drops a repeat.
  const number = unsent?.text === text ? unsent.number : (session.number += 1)
  unsent = null
  wait(+1)
  let answer
  try {
    answer = await post('/say', {
      ...(session.token ? { token: session.token } : { start: session.start, key: session.key }),
      text,
      number,
      seen: session.seen,
      picked: form.elements.picked.value,
      language: page.lang,
    })
    if (!answer.ok) throw answer.status
    answer = await answer.json()
  } catch (trouble) {
    if (wiped()) return
    if (closing) return over()
    mine?.remove()
    if (!box.value) box.value = text
    unsent = { text, number }
    tell({ 413: 'tooLong', 503: 'busy' }[trouble] ?? 'notSent')
    return
  } finally {
    wait(-1)
  }
  if (wiped()) return
  if (answer.ended) return over(answer.messages)
  session.token = answer.token
  keep(session.token)
  session.held = answer.held
  follow(answer.language)
  show(answer.messages)
  listen()
}

function wait(change) {
  pending += change
  if (wiped()) return
  writing.hidden = pending === 0
  if (pending) scrollTo(0, page.scrollHeight)
}

/** The conversation is over, by a word or at the server: the empty start page, one line at most. */
function over(messages = []) {
  const last = messages.at(-1)
  wipe({ tell: false })
  clear(last && { ...last, text: last.parts.map(([text]) => text).join('') })
}

form.addEventListener('submit', (event) => {
  event.preventDefault()
  const { name, value } = event.submitter ?? {}
  if (name === 'language') return choose(value)
  if (name === 'choice') {
    say(value)
    log.focus({ preventScroll: true })
    return
  }
  const text = box.value.trim()
  if (!text) return
  box.value = ''
  say(text)
})

box.addEventListener('keydown', (event) => {
  // While a word is being composed (Chinese, Korean, Vietnamese), Enter belongs to it.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return
  event.preventDefault()
  form.requestSubmit()
})

/* -- coming in ---------------------------------------------------------------------------------- */

async function listen() {
  if (session.listening) return
  session.listening = true
  let pause = 1000
  while (session.listening) {
    try {
      const answer = await post('/listen', { token: session.token, seen: session.seen })
      if (!answer.ok) throw answer.status
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
      let rest = ''
      for (;;) {
        const { value, done } = await reader.read()
        if (done) break
        pause = 1000
        rest += value
        const lines = rest.split('\n')
        rest = lines.pop()
        for (const line of lines) if (line) hear(JSON.parse(line))
      }
    } catch {
      // Out of reach for a while; messages are held for us meanwhile.
    }
    await new Promise((done) => setTimeout(done, pause))
    pause = Math.min(pause * 2, 30000)
  }
}

function hear({ message, held, ended }) {
  if (wiped()) return
  if (ended) {
    // An answer under way brings the last line, if there is one; the stream only knows the end.
    closing = true
    if (!pending) over()
    return
  }
  if (message) show([message])
  if (held !== undefined) session.held = held
}

/* -- language ----------------------------------------------------------------------------------- */

function choose(tag) {
  form.elements.picked.value = tag
  follow(tag)
}

/** Bring the page's own words into another language and leave the conversation as it is. */
function follow(tag) {
  if (!tag || tag === page.lang) return
  const link = document.querySelector(`[data-language="${tag}"]`)
  const ask = new XMLHttpRequest()
  ask.open('GET', link ? link.href : `/${tag}`)
  ask.responseType = 'document'
  ask.onload = () => {
    const other = ask.response
    if (wiped() || ask.status !== 200 || !other) return
    page.lang = other.documentElement.lang
    page.dir = other.documentElement.dir
    const pairs = (name) => document.querySelectorAll(`[data-${name}]`)
    const twin = (name, value) => other.querySelector(`[data-${name}="${value}"]`)
    for (const place of pairs('word')) {
      place.textContent = twin('word', place.dataset.word)?.textContent ?? place.textContent
    }
    for (const place of pairs('label')) {
      const found = twin('label', place.dataset.label)
      if (found) place.setAttribute('aria-label', found.getAttribute('aria-label'))
    }
    box.placeholder = other.querySelector('textarea').placeholder
    for (const name of ['status', 'log', 'note']) {
      const from = other.querySelector(`[data-${name}]`).dataset
      const to = document.querySelector(`[data-${name}]`).dataset
      for (const key of Object.keys(from)) to[key] = from[key]
    }
    for (const item of document.querySelectorAll('[aria-current]')) {
      item.removeAttribute('aria-current')
    }
    document.querySelector(`.languages [lang="${tag}"]`)?.setAttribute('aria-current', 'true')
  }
  ask.send()
}

document.querySelector('.languages').addEventListener('click', (event) => {
  const link = event.target.closest('a')
  if (!link) return
  event.preventDefault()
  // Before the first message: without an entry in the history of this tab.
  if (body.classList.contains('talking')) choose(link.dataset.language)
  else location.replace(link.href)
})

/* -- quiet minutes ------------------------------------------------------------------------------ */

for (const sign of ['keydown', 'pointerdown', 'pointermove', 'wheel', 'touchstart', 'input']) {
  addEventListener(
    sign,
    () => {
      activeAt = Date.now()
      if (!note.hidden && note.textContent === note.dataset.clearing) tell('')
    },
    { passive: true, capture: true },
  )
}

function look() {
  if (wiped() || covered) return
  if (!body.classList.contains('talking') && !box.value) return
  // By the clock and not by a timer: a computer that slept must not wake up showing this.
  const idle = (Date.now() - activeAt) / 1000
  if (idle >= IDLE_S) blank()
  else if (idle >= IDLE_S - WARN_S && note.hidden) tell('clearing')
}
setInterval(look, 1000)
addEventListener('visibilitychange', look)

/** Nobody is there. Who waits for an advocate keeps their place behind an empty page; for everyone
    else it is over. */
function blank() {
  if (!session.held) {
    wipe()
    clear()
    return
  }
  covered = []
  log.replaceChildren()
  offer.replaceChildren()
  box.value = ''
  tell('')
  const hidden = [...body.children]
  clear()
  document.querySelector('[data-start]').hidden = true
  const button = document.querySelector('[data-continue]')
  button.hidden = false
  button.addEventListener('click', () => {
    body.replaceChildren(...hidden)
    const missed = covered
    covered = null
    activeAt = Date.now()
    for (const message of missed) draft(message)
    box.focus()
  })
}

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('[data-start]')
  if (!link) return
  event.preventDefault()
  location.replace(link.href)
})

/* A slow phone: the first message went as a plain form and this is its answer. Take over. */
if (body.classList.contains('talking')) {
  for (const item of document.querySelectorAll('.languages button')) item.type = 'submit'
  say('')
}
