export interface Feed {
  title: string
  description: string
  /** The site's origin, against which links are resolved. */
  origin: string
  items: { title: string; description: string; link: string; publishedAt: string }[]
}

/** RSS 2.0. By hand: @astrojs/rss brings a schema library and an XML parser, twice the code of the whole site. */
export function renderFeed({ title, description, origin, items }: Feed): string {
  const entries = items.map(({ link, publishedAt, ...item }) => {
    const url = new URL(link, origin).href
    return [
      '<item>',
      element('title', item.title),
      element('link', url),
      element('guid', url),
      element('description', item.description),
      element('pubDate', new Date(publishedAt).toUTCString()),
      '</item>',
    ].join('')
  })
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<rss version="2.0"><channel>',
    element('title', title),
    element('link', new URL('/', origin).href),
    element('description', description),
    ...entries,
    '</channel></rss>',
  ].join('\n')
}

function element(name: string, text: string): string {
  return `<${name}>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</${name}>`
}
