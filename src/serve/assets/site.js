'use strict';
/*
 * What the pages gain by a script; each of them works without. The style
 * sheet waits for this file so that the theme is right from the first
 * picture on; all else waits for the document.
 */
(function () {
  const root = document.documentElement;

  function remembered() {
    try {
      return localStorage.getItem('theme');
    } catch (refused) {
      return null;
    }
  }
  function wear(theme) {
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    else delete root.dataset.theme;
  }
  wear(remembered());
  root.classList.add('js');

  /* An element with properties, attributes ("aria-…", "role") and children. */
  function make(tag, properties, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(properties))
      if (name in node) node[name] = value;
      else node.setAttribute(name, value);
    node.append(...children);
    return node;
  }
  function picture(path) {
    const space = 'http://www.w3.org/2000/svg';
    const svg = document.createElementNS(space, 'svg');
    const line = document.createElementNS(space, 'path');
    for (const [name, value] of Object.entries(
        {viewBox: '0 0 24 24', width: 20, height: 20, 'aria-hidden': true}))
      svg.setAttribute(name, value);
    line.setAttribute('d', path);
    svg.append(line);
    return svg;
  }
  function later(ms, act) {
    let timer = 0;
    return (...given) => {
      clearTimeout(timer);
      timer = setTimeout(() => act(...given), ms);
    };
  }

  /* ----------------------------------------------------------- theme */

  const SUN = 'M12 8a4 4 0 1 0 0 8 4 4 0 1 0 0-8zM12 2.5v2M12 19.5v2' +
    'M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4' +
    'M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4';
  const MOON = 'M20 14.2A8.2 8.2 0 0 1 9.8 4 8.2 8.2 0 1 0 20 14.2z';

  function addThemeButton() {
    const system = matchMedia('(prefers-color-scheme: dark)');
    const button = make('button', {type: 'button', className: 'theme'});
    const isDark = () =>
      root.dataset.theme ? root.dataset.theme === 'dark' : system.matches;

    function show() {
      const words = isDark() ? 'Use the light theme' : 'Use the dark theme';
      button.setAttribute('aria-label', words);
      button.title = words;
      button.replaceChildren(picture(isDark() ? SUN : MOON));
    }
    button.addEventListener('click', () => {
      const theme = isDark() ? 'light' : 'dark';
      const own = (theme === 'dark') !== system.matches;
      /* what the system says anyway need not be remembered */
      wear(own ? theme : null);
      try {
        if (own) localStorage.setItem('theme', theme);
        else localStorage.removeItem('theme');
      } catch (refused) { /* then it holds for this page */ }
      show();
    });
    addEventListener('storage', () => { wear(remembered()); show(); });
    system.addEventListener('change', show);
    show();
    document.querySelector('header.site .bar').append(button);
  }

  /* ----------------------------------------------- names while typing */

  function pathOf(id) {
    return '/model/' + id.split('/').map(encodeURIComponent).join('/');
  }

  /*
   * A field of class "model" offers models: arrows choose, Enter takes,
   * Escape closes. A search opens the model, a form of one line is sent with
   * it, others keep its id. Class "models": several, commas between.
   */
  function offerModels(input) {
    const form = input.form, opens = input.name === 'q';
    const several = input.classList.contains('models');
    const place = input.closest('.field') || form;
    const list = make('ul', {className: 'offers', id: input.id + '-offers',
      role: 'listbox', 'aria-label': 'Models', hidden: true});
    const said = make('span', {className: 'vh', role: 'status'});
    let models = [], at = -1, asked = null;

    for (const [name, value] of Object.entries({role: 'combobox',
      'aria-expanded': 'false', 'aria-controls': list.id,
      'aria-autocomplete': 'list'}))
      input.setAttribute(name, value);
    place.append(list, said);
    place.classList.add('offering');

    function close() {
      if (asked) asked.abort();
      list.hidden = true;
      at = -1;
      input.setAttribute('aria-expanded', 'false');
      input.removeAttribute('aria-activedescendant');
    }
    function mark(index) {
      const options = list.children;
      if (at >= 0 && options[at])
        options[at].setAttribute('aria-selected', 'false');
      at = index;
      if (at < 0) {
        input.removeAttribute('aria-activedescendant');
        return;
      }
      options[at].setAttribute('aria-selected', 'true');
      options[at].scrollIntoView({block: 'nearest'});
      input.setAttribute('aria-activedescendant', options[at].id);
    }
    function take(index) {
      close();
      if (index >= models.length) {
        form.submit();
      } else if (opens) {
        location.assign(pathOf(models[index].id));
      } else {
        input.value = several
          ? input.value.replace(/[^,]*$/, found =>
            (found !== input.value ? ' ' : '') + models[index].id)
          : models[index].id;
        if (form.classList.contains('line')) form.requestSubmit();
        else input.dispatchEvent(new Event('change', {bubbles: true}));
      }
    }
    function option(index, ...children) {
      const node = make('li', {id: list.id + '-' + index, role: 'option',
        'aria-selected': 'false'}, ...children);
      /* the field keeps the focus */
      node.addEventListener('mousedown', event => event.preventDefault());
      node.addEventListener('click', () => take(index));
      return node;
    }
    function show(found) {
      models = found;
      at = -1;
      input.removeAttribute('aria-activedescendant');
      list.replaceChildren(...models.map((model, index) => option(index,
        make('span', {}, model.name || model.id),
        make('span', {className: 'from'}, [
          model.name && model.name !== model.id ? model.id : '',
          model.status === 'active' ? '' : model.status,
        ].filter(Boolean).join(' · ')))));
      if (opens) {
        const more = option(models.length, models.length
          ? 'All that match' : 'No name matches: look through all');
        more.classList.add('more');
        list.append(more);
      }
      list.hidden = list.children.length === 0;
      input.setAttribute('aria-expanded', String(!list.hidden));
      said.textContent = models.length === 1 ? '1 model'
        : models.length + ' models';
    }
    const ask = later(120, async () => {
      const words = input.value.split(several ? ',' : '\n').pop().trim();
      if (asked) asked.abort();
      if (!words) return close();
      asked = new AbortController();
      try {
        const answer = await fetch('/api/v1/models?limit=8&q=' +
          encodeURIComponent(words), {signal: asked.signal});
        if (!answer.ok) return close();
        const found = (await answer.json()).models;
        if (document.activeElement === input) show(found);
      } catch (stopped) {
        if (stopped.name !== 'AbortError') close();
      }
    });

    input.addEventListener('input', ask);
    input.addEventListener('focus', () => { if (input.value) ask(); });
    input.addEventListener('blur', close);
    input.addEventListener('keydown', event => {
      const count = list.children.length;
      if (event.isComposing) return;
      if (event.key === 'Escape' && !list.hidden) {
        close();
      } else if (event.key === 'Enter' && at >= 0) {
        take(at);
      } else if (event.key === 'ArrowDown' && list.hidden) {
        ask();
      } else if (event.key === 'ArrowDown') {
        mark(at + 1 < count ? at + 1 : -1);
      } else if (event.key === 'ArrowUp' && !list.hidden) {
        mark(at < 0 ? count - 1 : at - 1);
      } else {
        return;
      }
      event.preventDefault();
    });
  }

  /* ------------------------------------------------------ sorted tables */

  /* What a cell says, without the notes and references behind it. */
  function words(cell) {
    let text = '';
    for (const node of cell.childNodes)
      if (node.nodeType === Node.TEXT_NODE) text += node.data;
      else if (!node.matches('small, sup, .vh, .conflict, svg'))
        text += words(node);
    return text.trim();
  }
  /* "$2,499.50", "at least $31", "128K", "3 months" in days; else NaN */
  function number(text) {
    const found = /^(?:[a-z ]*\s)?[^\w\s-]?(-?[\d,]*\.?\d+)\s*([kmbgt]?)\b/i
      .exec(text);
    const unit = /^\d+ (day|week|month|year)s?\b/.exec(text);
    if (/^(free|today)\b/i.test(text)) return 0;
    if (unit) return parseInt(text, 10) *
      {day: 1, week: 7, month: 30.4, year: 365.25}[unit[1]];
    if (!found) return NaN;
    return parseFloat(found[1].replaceAll(',', '')) *
      {k: 1e3, m: 1e6, b: 1e9, g: 1e9, t: 1e12, '': 1}[found[2].toLowerCase()];
  }
  function keyOf(row, column, isNumber) {
    const cell = row.cells[column];
    const text = words(cell);
    if (!text || /^[-–—]$/.test(text) || cell.matches('.unknown, .na')) return null;
    if (!isNumber) return text;
    return Number.isNaN(number(text)) ? null : number(text);
  }
  function sortBy(table, column, way, original) {
    const body = table.tBodies[0];
    const isNumber =
      table.tHead.rows[0].cells[column].classList.contains('num');
    const keys = new Map(original.map(row =>
      [row, keyOf(row, column, isNumber)]));
    const compare = isNumber ? (a, b) => a - b
      : new Intl.Collator('en', {numeric: true}).compare;
    const rows = way === 0 ? original : [...original].sort((a, b) => {
      const x = keys.get(a), y = keys.get(b);
      /* what is not known stands last either way */
      if (x === null || y === null) return (x === null) - (y === null);
      return way * compare(x, y);
    });
    body.append(...rows);
  }
  /*
   * Lists sort: a name for each row, three columns and rows at least. Pages
   * of a longer list are sorted where they are made.
   */
  function makeSortable(table) {
    const heads = table.tHead ? [...table.tHead.rows[0].cells] : [];
    const body = table.tBodies[0];
    if (!body || heads.length < 3 || body.rows.length < 3 ||
        heads[0].tagName !== 'TH' || table.querySelector('.sort') ||
        heads.some(head => head.querySelector('a')) ||
        document.querySelector('main nav.pages'))
      return;
    const original = [...body.rows];
    heads.forEach((head, column) => {
      if (head.tagName !== 'TH') return;
      const button = make('button', {type: 'button', className: 'sort'},
        ...head.childNodes);
      button.addEventListener('click', () => {
        const way = {ascending: -1, descending: 0}[
          head.getAttribute('aria-sort')] ?? 1;
        heads.forEach(other => other.removeAttribute('aria-sort'));
        if (way)
          head.setAttribute('aria-sort', way > 0 ? 'ascending' : 'descending');
        sortBy(table, column, way, original);
      });
      head.append(button);
    });
  }

  /* --------------------------------------------- answers while typing */

  /*
   * Takes over what `fresh` holds around `kept`, a descendant of `old` that
   * stays where it is with focus and caret; `twin` is its like in `fresh`.
   */
  function renewAround(old, fresh, kept, twin) {
    const stays = [...old.childNodes].find(node => node.contains(kept));
    const like = [...fresh.childNodes].find(node => node.contains(twin));
    for (const node of [...old.childNodes])
      if (node !== stays) node.remove();
    let behind = false;
    for (const node of [...fresh.childNodes])
      if (node === like) behind = true;
      else if (behind) old.append(node);
      else stays.before(node);
    if (stays !== kept) renewAround(stays, like, kept, twin);
  }
  /* The page of the same address with what the form says. */
  function recalculate(form, state, status) {
    const target = new URL(form.action);
    target.search = new URLSearchParams(new FormData(form)).toString();
    if (state.asked) state.asked.abort();
    state.asked = new AbortController();
    document.body.classList.add('busy');
    return fetch(target, {signal: state.asked.signal}).then(async answer => {
      const page = new DOMParser()
        .parseFromString(await answer.text(), 'text/html');
      const main = page.querySelector('main');
      const twin = page.getElementById(form.id);
      status.classList.toggle('failed', !answer.ok);
      document.body.classList.remove('busy');
      if (!answer.ok || !twin) {
        const why = main && main.querySelector('.error, section p');
        status.textContent = why ? why.textContent : 'This has no answer.';
        return;
      }
      renewAround(document.querySelector('main'), main, form, twin);
      form.action = twin.action;
      document.title = page.title;
      history.replaceState(history.state, '', answer.url + location.hash);
      enhance(document.querySelector('main'));
      const line = document.querySelector('main .headline');
      status.replaceChildren('Recalculated', make('span', {className: 'vh'},
        line ? ': ' + words(line) : ''));
    }).catch(stopped => {
      if (stopped.name === 'AbortError') return;
      document.body.classList.remove('busy');
      status.classList.add('failed');
      status.textContent = 'The server did not answer.';
    });
  }
  /* Half a word means nothing: these are asked when they are left. */
  function isWords(input) {
    return /^(need|models)$/.test(input.name);
  }
  function answerWhileTyping(form) {
    if (form.dataset.live) return;
    form.dataset.live = 'yes';
    const state = {asked: null};
    const status = make('span', {className: 'status', role: 'status'});
    const run = () => recalculate(form, state, status);
    const soon = later(350, () => { if (form.checkValidity()) run(); });

    (form.querySelector('.actions') || form).append(status);
    form.addEventListener('input', event => {
      const input = event.target;
      input.removeAttribute('aria-invalid');
      if (input.checkValidity()) {
        if (!isWords(input)) soon();
        return;
      }
      input.setAttribute('aria-invalid', 'true');
      status.classList.add('failed');
      status.textContent = input.title;
    });
    form.addEventListener('change', event => {
      if (isWords(event.target)) soon();
    });
    form.addEventListener('submit', event => {
      event.preventDefault();
      run();
    });
  }

  /* ----------------------------------------------------------- the rest */

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch (refused) {
      const field = make('textarea', {value: text, className: 'vh'});
      document.body.append(field);
      field.select();
      document.execCommand('copy');
      field.remove();
    }
  }
  function addCopyButton(place) {
    const button = make('button', {type: 'button', className: 'copy'},
      'Copy link');
    const said = make('span', {className: 'vh', role: 'status'});
    const back = later(2000, () => {
      button.textContent = 'Copy link';
      said.textContent = '';
    });
    button.addEventListener('click', async () => {
      await copy(location.href);
      button.textContent = 'Copied';
      said.textContent = 'Link copied';
      button.focus();
      back();
    });
    place.append(button, said);
  }
  function enhance(part) {
    part.querySelectorAll('table').forEach(makeSortable);
    part.querySelectorAll('form.live').forEach(answerWhileTyping);
    part.querySelectorAll('input.model, input.models').forEach(input => {
      if (!input.hasAttribute('role')) offerModels(input);
    });
    const place = part.querySelector('.tools > .ways') ||
      part.querySelector('header.page:has(> .aside)');
    if (place && !part.querySelector('.copy')) addCopyButton(place);
  }
  function typesText(node) {
    return node.isContentEditable ||
      /^(INPUT|SELECT|TEXTAREA)$/.test(node.tagName);
  }

  function searchBySlash(search) {
    if (matchMedia('(hover: hover)').matches) search.placeholder += '  /';
    search.setAttribute('aria-keyshortcuts', '/');
    addEventListener('keydown', event => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey ||
          event.altKey || typesText(event.target))
        return;
      event.preventDefault();
      search.focus();
      search.select();
    });
  }

  document.addEventListener('DOMContentLoaded', () => {
    const search = document.getElementById('search');

    addThemeButton();
    enhance(document.querySelector('main'));
    if (!search) return; /* a page saved as a file has no forms */
    offerModels(search);
    searchBySlash(search);
  });
}());
