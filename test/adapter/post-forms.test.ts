import { expect, test } from 'vitest';
import { postFormsIn } from '../../lib/adapter/post-forms.ts';

test.each([
  ['<form method="post">', [{}]],
  ["<form class='x' method=POST action='?_action=a'>", [{}]],
  ['<form\n  method="POST"\n  action="/contact#sent">', [{ target: '/contact' }]],
  // As Astro's compiler writes it.
  [`<form\${$$addAttribute(a > b, "data-x")} method="POST"\${$$addAttribute(actions.wave, "action")}>`, [{}]],
  [`<form\${$$addAttribute("post", "method")}>`, [{}]],
  [`<form method="POST"\${$$addAttribute('/done' + actions.wave, "action")}>`, [{ target: '/done' }]],
  // As frameworks compile JSX.
  ['jsx("form", { method: "POST", action: actions.wave, children: [] })', [{}]],
  ['<form method="get"> <form> <form method="post" action="https://other.example/x">', []],
  ['<form method="post" action="//other.example/x">', []],
  [`<form method="post"\${$$addAttribute(endpointOfTheCms, "action")}>`, []],
  ['<formula method="post">', []],
  ['<form method="post"', [{}]],
])('%s', (code, forms) => {
  expect(postFormsIn(code)).toEqual(forms);
});
