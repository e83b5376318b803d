// The peers in JavaScript, and the validator. Speaks as peers.py does: a line of JSON each way.
//
//   PEERS=FOLDER node peers.cjs          serve; FOLDER has the node_modules
//   PEERS=FOLDER node peers.cjs list     {"name": {"basis", "missing"}, …}
'use strict'
const fs = require('node:fs')
const path = require('node:path')
const { createInterface } = require('node:readline')
const { createRequire } = require('node:module')
const { pathToFileURL } = require('node:url')

const load = createRequire(path.join(path.resolve(process.env.PEERS || __dirname), 'package.json'))
const loadAny = async name => {
  try { return load(name) } catch { return import(pathToFileURL(load.resolve(name)).href) }
}
const ENOUGH = 1 // seconds of repeats that suffice

// A peer has `prepare` (not timed), `work` (timed), and `answer` (not timed).
const peers = {}
const fate = part => part.added ? 'insert' : part.removed ? 'delete' : 'equal'
for (const call of ['diffWords', 'diffWordsWithSpace']) {
  peers[`jsdiff ${call}`] = {
    basis: 'md',
    needs: ['diff'],
    work: texts => load('diff')[call](texts.old, texts.new),
    answer: parts => ({ ops: parts.map(part => [fate(part), part.value]) })
  }
}
peers['htmldiff-js'] = {
  basis: 'html',
  needs: ['htmldiff-js'],
  work: texts => load('htmldiff-js').default.execute(texts.oldHtml, texts.newHtml),
  answer: html => ({ html })
}
let page
peers['visual-dom-diff'] = {
  basis: 'html',
  needs: ['visual-dom-diff', 'jsdom'],
  prepare: texts => {
    if (!page) {
      page = new (load('jsdom').JSDOM)('<!doctype html>').window
      const names = ['document', 'DOMParser', 'DocumentFragment', 'Element', 'HTMLElement', 'Node', 'NodeFilter', 'Text', 'XMLSerializer']
      for (const name of names) globalThis[name] = page[name]
      globalThis.window = page
    }
    texts.nodes = [texts.oldHtml, texts.newHtml].map(html => {
      const node = page.document.createElement('div')
      node.innerHTML = html
      return node
    })
  },
  work: texts => load('visual-dom-diff').visualDomDiff(...texts.nodes, {}),
  answer: fragment => {
    const node = page.document.createElement('div')
    node.append(fragment)
    return { html: node.innerHTML }
  }
}

const missing = needs => needs.filter(name => {
  try { return !load.resolve(name) } catch (error) { return error.code === 'MODULE_NOT_FOUND' }
}).join(' and ')

// What may stand where in HTML; no rule of style.
const RULES = ['close-attr', 'close-order', 'element-permitted-content', 'element-permitted-order',
  'element-permitted-parent', 'no-dup-attr', 'script-element', 'void-content']
let validator
async function validate (file) {
  if (!validator) {
    const { HtmlValidate, StaticConfigLoader } = await loadAny('html-validate')
    const rules = Object.fromEntries(RULES.map(name => [name, 'error']))
    validator = new HtmlValidate(new StaticConfigLoader({ root: true, elements: ['html5'], rules }))
  }
  const { results } = await validator.validateString(fs.readFileSync(file, 'utf8'))
  const messages = results.flatMap(result => result.messages)
  return { errors: messages.length, first: messages.length ? messages[0].message : '' }
}

async function compare ({ peer, folder, repeats }) {
  const read = name => fs.readFileSync(path.join(folder, name), 'utf8')
  const { prepare, work, answer } = peers[peer]
  const times = []
  let result
  while (!times.length || (times.length < repeats && times.reduce((a, b) => a + b) < ENOUGH)) {
    const texts = { old: read('old.md'), new: read('new.md'), oldHtml: read('old.html'), newHtml: read('new.html') }
    if (prepare) prepare(texts)
    const start = process.hrtime.bigint()
    result = work(texts)
    times.push(Number(process.hrtime.bigint() - start) / 1e9)
  }
  return { seconds: Math.min(...times), ...answer(result) }
}

async function serve () {
  console.log = console.error // what a peer prints must not stand among the answers
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line)
    let said
    try {
      said = await (request.validate ? validate(request.validate) : compare(request))
    } catch (error) {
      said = { error: String(error && error.message).slice(0, 300) }
    }
    process.stdout.write(JSON.stringify(said) + '\n')
  }
}

if (process.argv[2] === 'list') {
  const list = Object.entries(peers).map(([name, { basis, needs }]) => [name, { basis, missing: missing(needs) }])
  list.push(['html-validate', { basis: '', missing: missing(['html-validate']) }])
  process.stdout.write(JSON.stringify(Object.fromEntries(list)))
} else {
  serve()
}
