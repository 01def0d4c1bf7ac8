extension HTML {
    /// An element that holds something.
    enum Tag: String {
        case a, article, aside, b, bdi, body, button, code, dd, details, div, dl, dt, fieldset, figure, footer, form
        case h1, h2, h3, head, header, html, label, legend, li, main, mark, nav, ol, option, p, pre, script, section
        case select, span, summary, table, tbody, td, th, thead, time, title, tr, ul
        // SVG
        case line, path, polygon, polyline, svg, text
    }

    /// An element that can hold nothing.
    enum VoidTag: String {
        case input, link, meta
    }

    /// The name of an attribute with a text; those with an address take a `Link`.
    enum Name: String {
        case autocomplete, charset, checked, content, d, datetime, height, hidden, id, lang, maxlength, name, open
        case placeholder, points, rel, role, scope, selected, spellcheck, tabindex, type, value, viewBox, width
        case x, x1, x2, y, y1, y2
        case ariaCurrent = "aria-current"
        case ariaHidden = "aria-hidden"
        case ariaLabel = "aria-label"
        case dataCopy = "data-copy"
        case dataTheme = "data-theme-switch"
        case textAnchor = "text-anchor"
    }
}
