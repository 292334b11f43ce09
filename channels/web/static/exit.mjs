/* Leaving. After GOV.UK's "Exit this page" (govuk-frontend, exit-this-page.mjs), and further:
   the page and the session are wiped before going, and going leaves no entry behind.

   A file of its own, so that leaving works when the rest of the page has crashed. Without any
   script the control is a plain link. */

const exit = document.querySelector('[data-exit]')
const status = document.querySelector('[data-status]')
const home = document.body.dataset.home
const cover = document.querySelector('#clear').content
const SHIFT_S = 5

let token = document.body.classList.contains('talking')
  ? document.querySelector('#say [name=token]').value
  : ''
let gone = false
const waiting = []

/** Remember what names this page's session to the server: a variable, never anything that stays. */
export function keep(value) {
  token = value
}

/** Call when the page is wiped: streams end, variables are emptied. */
export function whenWiped(job) {
  waiting.push(job)
}

export function wiped() {
  return gone
}

/** Empty the page and tell the server to forget, in this order and without waiting for anything. */
export function wipe({ tell = true } = {}) {
  if (gone) return
  gone = true
  for (const field of document.querySelectorAll('textarea, input')) field.value = ''
  document.body.replaceChildren()
  document.body.className = ''
  if (tell && token) navigator.sendBeacon('/leave', token)
  token = ''
  for (const job of waiting.splice(0)) {
    try {
      job()
    } catch {
      // Whatever broke, the page is empty and the server knows.
    }
  }
}

/** Show the empty start page, with one line of the server's if there is one. */
export function clear(line) {
  const page = cover.cloneNode(true)
  if (line) {
    const place = page.querySelector('[data-line]')
    place.textContent = line.text
    place.lang = line.language
    place.dir = line.direction
    place.hidden = false
  }
  document.body.replaceChildren(page)
}

function leave(event) {
  event?.preventDefault()
  const site = exit.href
  const loading = status.dataset.loading
  wipe()
  status.textContent = ''
  document.body.replaceChildren(status)
  status.textContent = loading
  if (window.top !== window) {
    try {
      window.top.location.replace(site)
      return
    } catch {
      // The site around us forbids it; at least the frame goes.
    }
  }
  location.replace(site)
}

exit.addEventListener('click', leave)
exit.addEventListener('auxclick', (event) => event.button === 1 && leave(event))

/* Shift three times. Not Escape: it would stop the loading of the page that we go to. Each press
   starts the five seconds anew; any other key starts over; Shift held for a capital does not
   count: the letter's keyup comes first and says that Shift was down. */
let presses = 0
let timer = 0
let quiet = 0
let heldWithOther = false

function lights() {
  exit.dataset.lit = presses || ''
}

function startOver(said = '') {
  clearTimeout(timer)
  timer = 0
  presses = 0
  lights()
  status.textContent = said
  clearTimeout(quiet)
  if (said) quiet = setTimeout(() => (status.textContent = ''), SHIFT_S * 1000)
}

document.addEventListener(
  'keyup',
  (event) => {
    if (gone) return
    if (event.key === 'Shift' && !heldWithOther) {
      presses += 1
      lights()
      clearTimeout(quiet)
      if (presses >= 3) {
        leave()
        return
      }
      status.textContent = presses === 1 ? status.dataset.twoMore : status.dataset.oneMore
      clearTimeout(timer)
      timer = setTimeout(() => startOver(status.dataset.expired), SHIFT_S * 1000)
    } else if (timer) {
      startOver()
    }
    heldWithOther = event.shiftKey
  },
  true,
)

/* Whatever way the page is left, what the browser may keep of it for Back and Forward is empty. */
addEventListener('pagehide', () => {
  wipe()
})
addEventListener('pageshow', (event) => {
  if (!event.persisted) return
  wipe()
  clear()
  location.replace(home)
})

/* On phones whose keyboard does not resize the page (iOS) it slides the page up instead: keep the
   control where it can be seen. */
const view = window.visualViewport
function follow() {
  document.documentElement.style.setProperty('--top', `${Math.max(0, view.offsetTop)}px`)
}
if (view) {
  view.addEventListener('resize', follow)
  view.addEventListener('scroll', follow)
}
document.documentElement.classList.add('scripted')
