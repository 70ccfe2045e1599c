// Runs in a browser's empty page: takes pages as text, has the browser read
// them without showing them, and says what is wrong. `window.setUp(table)`
// gives it the words of the harmless twin (hostile_twins.mjs).
(() => {
  // Nothing of ours is one of these; nor, in a picture, anything but those.
  const NEVER = 'style, base, iframe, frame, frameset, object, embed, ' +
    'applet, img, image, picture, audio, video, source, track, math, ' +
    'foreignObject, animate, set, use, marquee, plaintext, xmp, noembed, ' +
    'dialog, portal, template, slot, area, map, meta[http-equiv], ' +
    'link:not([rel=stylesheet], [rel=icon], [rel=canonical], ' +
    '[rel=alternate])';
  const PICTURE = 'svg, g, path, circle, text, title, desc, a';
  const ATTRIBUTE = new RegExp('^(on|xlink|xmlns|(style|srcdoc|formaction|' +
    'ping|srcset|background|nonce|is)$)');
  const ADDRESSES = new Set(['href', 'src', 'action']);
  // render.h: what a page spells out
  const HIDDEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Cf}\p{Noncharacter_Code_Point}]/u;
  const WORD = /(?:https:\/\/word\.example\/)?wz(\d{3})f(\d\d)q/g;
  const coder = new TextEncoder();
  let table, seen;

  function shown(text) {
    let out = '';
    for (const c of text)
      out += !HIDDEN.test(c) || '\t\n\r\u200c\u200d'.includes(c) ? c
        : `\\u{${c.codePointAt(0).toString(16).toUpperCase()
          .padStart(2, '0')}}`;
    return out;
  }
  function encoded(text) {
    let out = '';
    for (const byte of coder.encode(text)) {
      const c = String.fromCharCode(byte);
      out += /[A-Za-z0-9\-._~,:=@!]/.test(c) ? c
        : '%' + byte.toString(16).toUpperCase().padStart(2, '0');
    }
    return out;
  }
  function replaced(text, how) {
    return text.replace(WORD, (_, rank) => how(table.payloads[Number(rank)]));
  }
  function note(text) {
    for (const [, rank, field] of text.matchAll(WORD)) {
      const name = table.fields[Number(field)];
      (seen[name] ??= new Set()).add(Number(rank));
    }
  }

  // What no page may have, whatever it says.
  function strange(doc, faults) {
    for (const node of doc.querySelectorAll(
      `${NEVER}, svg *:not(${PICTURE})`))
      faults.push(`an element: ${node.outerHTML.slice(0, 200)}`);
    for (const node of doc.querySelectorAll('*')) {
      const tag = node.localName;
      for (const {name, value} of node.attributes) {
        if (ATTRIBUTE.test(name)) faults.push(`<${tag} ${name}=${value}>`);
        if (ADDRESSES.has(name) && !/^(\/(?!\/)|#|https?:\/\/)/.test(value))
          faults.push(`<${tag} ${name}> to ${value}`);
      }
      const data = node.getAttribute('type') === 'application/ld+json';
      if (tag === 'script' && !data && (node.textContent !== '' ||
          !/^\/assets\//.test(node.getAttribute('src') || '')))
        faults.push(`a script: ${node.outerHTML.slice(0, 200)}`);
    }
    const all = doc.documentElement.textContent;
    const bare = new RegExp('[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f' +
      '\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]').exec(all);
    if (bare) faults.push(`a bare character ${bare[0].codePointAt(0)}`);
  }

  // Elements, attributes and texts in order. Where a word may break, and what
  // pictures have room for, hangs on the words.
  function listed(doc) {
    const list = [];
    function walk(node) {
      if (node.nodeType === Node.TEXT_NODE) {
        const last = list[list.length - 1];
        if (last && last.kind === 'text') last.text += node.data;
        else list.push({kind: 'text', text: node.data});
        return;
      }
      if (node.nodeType !== Node.ELEMENT_NODE) {
        list.push({kind: 'node ' + node.nodeType, text: node.data || ''});
        return;
      }
      const tag = node.localName, classes = node.getAttribute('class') || '';
      if (tag === 'wbr') return;
      /* cut where it gets long, or left out */
      if (tag === 'meta' && /description$/.test(node.getAttribute('name') ||
          node.getAttribute('property'))) return;
      if (tag === 'span' && classes === 'nw') {
        node.childNodes.forEach(walk);
        return;
      }
      list.push({kind: '<' + tag, text: ''});
      if (tag === 'svg') return;
      for (const {name, value} of node.attributes) {
        const kept = name !== 'class' ? value
          : value.split(' ').filter(one => one !== 'long').join(' ');
        if (kept || name !== 'class')
          list.push({kind: `${tag} ${name}=`, text: kept});
      }
      node.childNodes.forEach(walk);
      list.push({kind: '>' + tag, text: ''});
    }
    walk(doc.documentElement);
    return list.filter(one => one.kind !== 'text' || /\S/.test(one.text));
  }

  function sameData(twin, hostile) {
    const read = text => JSON.stringify(JSON.parse(text, (key, value) =>
      key === 'description' ? undefined : value));
    return read(hostile) === replaced(read(twin),
      payload => JSON.stringify(payload).slice(1, -1));
  }
  function same(twin, hostile) {
    if (twin.text === hostile.text) return true;
    const want = replaced(twin.text, shown);
    return hostile.text === want ||
      hostile.text === replaced(twin.text, encoded);
  }

  const parser = new DOMParser();

  window.setUp = given => {
    table = given;
    seen = {};
  };
  window.seenWords = () => Object.fromEntries(
    Object.entries(seen).map(([field, set]) => [field, set.size]));
  window.checkAlone = hostile => {
    const faults = [];
    strange(parser.parseFromString(hostile, 'text/html'), faults);
    return faults.slice(0, 5);
  };
  window.checkPage = (twin, hostile) => {
    const faults = [];
    const doc = parser.parseFromString(hostile, 'text/html');
    strange(doc, faults);
    const a = listed(parser.parseFromString(twin, 'text/html'));
    const b = listed(doc);
    for (let i = 0; i < Math.max(a.length, b.length) && !faults.length; i++) {
      const x = a[i] || {kind: 'the end', text: ''};
      const y = b[i] || {kind: 'the end', text: ''};
      const data = x.kind === 'text' && i > 1 &&
        a[i - 1].kind === 'script type=';
      if (x.kind !== y.kind)
        faults.push(`${x.kind} ${x.text} became ${y.kind} ${y.text}`);
      else if (data ? !sameData(x.text, y.text) : !same(x, y))
        faults.push(`${x.kind} ${x.text.slice(0, 600)}\n became ` +
          y.text.slice(0, 600));
      note(x.text);
    }
    return faults.slice(0, 3);
  };
  // XML whose texts may be HTML, as those of feeds.
  window.checkXml = (twin, hostile, isOrdered) => {
    const read = text => parser.parseFromString(text, 'application/xml');
    const bad = read(hostile).querySelector('parsererror');
    if (bad) return [bad.textContent];
    const a = listed(read(twin)), b = listed(read(hostile));
    if (a.length !== b.length) return [`${a.length} nodes became ${b.length}`];
    if (!isOrdered) {
      const want = a.map(one => replaced(one.text, encoded)).sort();
      const got = b.map(one => one.text).sort();
      return want.filter((text, i) => text !== got[i]).slice(0, 5);
    }
    for (let i = 0; i < a.length; i++) {
      const html = a[i].kind === 'text' && a[i].text.startsWith('<');
      if (html) {
        const faults = window.checkPage(a[i].text, b[i].text);
        if (faults.length) return faults;
      } else if (a[i].kind !== b[i].kind || !same(a[i], b[i])) {
        return [`${a[i].kind} ${a[i].text} became ${b[i].kind} ${b[i].text}`];
      }
    }
    return [];
  };
})();
