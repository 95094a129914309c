package share

// pageStyle is that of all pages. It is within them, so that each is one file.
const pageStyle = `
:root{--ink:#14202b;--quiet:#4b5a67;--line:#c9d2d9;--wash:#f4f6f8;--warn:#8a5a00;--bad:#9c1f17}
*{box-sizing:border-box}
body{margin:0;font:16px/1.5 system-ui,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;color:var(--ink);background:var(--wash)}
.banner{margin:0;max-width:none;padding:.5rem 1rem;background:#14202b;color:#fff;text-align:center;font-weight:650;letter-spacing:.03em;position:sticky;top:0;z-index:1}
.banner.foot{position:static}
.skip{position:absolute;left:-999rem}.skip:focus{left:1rem;top:3rem;background:#fff;padding:.5rem 1rem;z-index:2}
main{max-width:62rem;margin:0 auto;padding:1.5rem 2rem 3rem;background:#fff}
h1{font-size:1.7rem;line-height:1.25;margin:0}h2{font-size:1.25rem;margin:2.2rem 0 .6rem;padding-top:.8rem;border-top:2px solid var(--ink)}h3{font-size:1.05rem;margin:0}
p{margin:.4rem 0;max-width:75ch}.quiet{color:var(--quiet)}
.caveat{display:inline-block;border:2px solid var(--bad);color:var(--bad);font-weight:650;padding:.1rem .6rem;margin:.4rem .5rem .2rem 0}
dl{display:grid;grid-template-columns:minmax(11rem,max-content) minmax(0,1fr);gap:.2rem 1.2rem;margin:.8rem 0}
dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}
code,.code{font:.88em/1.5 ui-monospace,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
article{border:1px solid var(--line);border-radius:6px;padding:.8rem 1.1rem;margin:.9rem 0;break-inside:avoid}
article h2{border:0;margin:0;padding:0;font-size:1.05rem}article>header{display:flex;flex-wrap:wrap;gap:.2rem 1rem;align-items:baseline;justify-content:space-between}
.mark{font-size:.82rem;font-weight:600;color:var(--quiet)}
table{border-collapse:collapse;width:100%;margin:.5rem 0;font-variant-numeric:tabular-nums}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th{text-align:left;font-weight:400;color:var(--quiet);width:34%}th,td{padding:.25rem .8rem .25rem 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
table.lines{font-size:.86rem}.lines th{width:auto;font-weight:600}.scroll{overflow-x:auto}
td.absent{color:var(--quiet);font-style:italic}td.coarse{border-left:4px double var(--warn);padding-left:.6rem}
.note{margin:.3rem 0;padding:.25rem .7rem;border-left:4px solid var(--warn);background:var(--wash);font-size:.92rem;max-width:none}
figure{margin:1.2rem 0}svg{display:block;width:100%;height:auto}figcaption{font-size:.9rem;color:var(--quiet)}
.sea{fill:#d6e2ea}.unknown{fill:#f4f6f8}.land{fill:#f6f1e3;fill-rule:evenodd;stroke:#5d7f97;stroke-width:.9}.border{fill:none;stroke:#8b8471;stroke-width:1.1}.grid{stroke:#8fa5b6;stroke-width:.6;opacity:.7}
.tick{font:12px system-ui,sans-serif;fill:#33475b;paint-order:stroke;stroke:#fff;stroke-width:3px}.number{font:600 14px system-ui,sans-serif;fill:#14202b;paint-order:stroke;stroke:#fff;stroke-width:4px}
.bar{fill:none;stroke:#14202b;stroke-width:1.8}.frame{fill:none;stroke:#14202b;stroke-width:1.5}
.cell{stroke-width:1.8;fill-opacity:.18}.ground{stroke-width:.6;stroke-opacity:.5;fill-opacity:.1}.point{stroke:#fff;stroke-width:1.5}
.look{fill:#b06f00;stroke:#b06f00}.footprint{fill:#2f7d5b;stroke:#2f7d5b}.entry{fill:#1c5aa6;stroke:#1c5aa6}.site{fill:#b3261e;stroke:#b3261e}.observation{fill:#7a3fb5;stroke:#7a3fb5}.fix{fill:#33475b;stroke:#33475b}
.point.look,.point.footprint,.point.entry,.point.site,.point.observation,.point.fix{stroke:#fff}
.key{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.4rem;margin:.5rem 0;padding:0}.key svg{display:inline-block;width:1.4rem;height:.9rem;vertical-align:-.1rem;margin-right:.4rem}
nav ul{columns:2;margin:.3rem 0;padding-left:1.2rem}a{color:#0b4f8a}
:focus-visible{outline:3px solid #c2410c;outline-offset:2px}
@media (max-width:40rem){main{padding:1rem}dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}
@media print{body{background:#fff;font-size:10.5pt}.banner{position:static;background:none;color:#000;border:2px solid #000}.skip,nav{display:none}main{max-width:none;padding:0}h2,h3{break-after:avoid}@page{margin:16mm}}
`

// pageText is the template of the page of a report.
const pageText = `<!DOCTYPE html>
<html lang="{{.Tag}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{{range $i, $r := .Reports}}{{if $i}}; {{end}}{{$r.Title}}{{end}} – {{.Banner}}</title>
<style>` + pageStyle + `</style>
</head>
<body>
<a class="skip" href="#records">{{.Text "share.skip"}}</a>
<p class="banner" role="note" aria-label="{{.Text "share.marked-as"}}">{{.Banner}}</p>
<main>
{{$page := .}}{{range $n, $r := .Reports}}
<header>
<h1>{{.Title}}</h1>
<p class="quiet">{{.Subtitle}}</p>
{{range .Caveats}}<p class="caveat">{{.}}</p>{{end}}
<dl>{{range .Head}}<dt>{{.Name}}</dt><dd{{if .State}} class="{{.State}}"{{end}}>{{.Text}}</dd>{{end}}</dl>
<p>{{.Hidden}}</p>
</header>
{{if .Kinds}}<nav aria-label="{{$page.Text "share.contents"}}"><ul>{{range .Kinds}}<li><a href="#{{.ID}}">{{.Title}}</a> ({{.Count}})</li>{{end}}</ul></nav>{{end}}
{{if eq $n 0}}
<h2>{{$page.Text "share.map"}}</h2>
{{if $page.Map}}<figure>{{$page.Map}}
<figcaption><ul class="key">{{range $page.Keys}}<li><svg viewBox="0 0 28 18" aria-hidden="true"><rect x="2" y="2" width="24" height="14" class="cell {{.}}"/></svg>{{$page.Text (printf "share.kinds.%s" .)}}</li>{{end}}</ul>
{{$page.Text "share.map.about"}}{{if $page.Lines}} {{$page.Text "share.map.lines"}}{{end}}</figcaption></figure>
{{else}}<p>{{$page.Text "share.map.nothing"}}</p>{{end}}
<div id="records" tabindex="-1"></div>
{{end}}
{{range .Kinds}}{{$k := .}}
<section aria-labelledby="{{.ID}}">
<h2 id="{{.ID}}">{{.Title}}</h2>
{{range .Records}}
<article id="{{.ID}}" aria-labelledby="{{.ID}}-h">
<header><h3 id="{{.ID}}-h">{{.Name}} <span class="quiet">({{.Number}})</span></h3><span class="mark">{{.Marking}}</span></header>
{{range .Caveats}}<p class="caveat">{{.}}</p>{{end}}
<table><caption>{{.Name}}</caption><tbody>
{{range .Pairs}}<tr><th scope="row">{{.Name}}</th><td class="{{.State}}">{{.Text}}{{if .Marking}} <span class="mark">{{.Marking}}</span>{{end}}</td></tr>
{{end}}</tbody></table>
{{range .Notes}}<p class="note">{{.}}</p>
{{end}}</article>
{{end}}{{with .Table}}<header><p class="quiet">{{.Caption}} <span class="mark">{{.Marking}}</span></p></header>
<div class="scroll" tabindex="0" role="region" aria-label="{{$k.Title}}"><table class="lines"><caption>{{$k.Title}}</caption><thead><tr>{{range .Columns}}<th scope="col">{{.}}</th>{{end}}</tr></thead><tbody>
{{range .Lines}}<tr id="{{.ID}}"><th scope="row">{{.Number}}{{if .Marking}} <span class="mark">{{.Marking}}</span>{{end}}</th>{{range .Cells}}<td class="{{.State}}">{{.Text}}</td>{{end}}</tr>
{{end}}</tbody></table></div>
{{range .Notes}}<p class="note">{{.}}</p>
{{end}}{{end}}</section>
{{end}}
{{end}}
<section><h2>{{.Text "share.proof"}}</h2>
<p>{{.Text "share.proof.about"}}</p>
<p>{{.Text "share.twin"}}</p></section>
</main>
<p class="banner foot" role="note" aria-label="{{.Text "share.marked-as"}}">{{.Banner}}</p>
</body>
</html>
`

// serviceText is the template of the pages of the service.
const serviceText = `<!DOCTYPE html>
<html lang="{{.Tag}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}} – {{.Banner}}</title>
<style>` + pageStyle + `</style>
</head>
<body>
<p class="banner" role="note" aria-label="{{.Text "share.marked-as"}}">{{.Banner}}</p>
<main>
<header><p class="quiet"><a href="{{.Home}}">{{.Text "share.features.title"}}</a></p>
<h1>{{.Title}}</h1>
<p class="quiet">{{.About}}</p>
<p class="caveat">{{.Caveat}}</p></header>
{{if .Links}}<ul>{{range .Links}}<li><a href="{{.Href}}">{{.Title}}</a></li>{{end}}</ul>{{end}}
{{if .Count}}<p>{{.Count}}{{if .Next}} <a rel="next" href="{{.Next}}">{{.Text "share.features.next"}}</a>{{end}}</p>{{end}}
{{range .Records}}
<article aria-labelledby="{{.ID}}-h">
<header><h2 id="{{.ID}}-h">{{.Name}} <span class="quiet">({{.Number}})</span></h2><span class="mark">{{.Marking}}</span></header>
{{range .Caveats}}<p class="caveat">{{.}}</p>{{end}}
{{if .Pairs}}<table><caption>{{.Name}}</caption><tbody>
{{range .Pairs}}<tr><th scope="row">{{.Name}}</th><td class="{{.State}}">{{.Text}}{{if .Marking}} <span class="mark">{{.Marking}}</span>{{end}}</td></tr>
{{end}}</tbody></table>{{end}}
{{range .Notes}}<p class="note">{{.}}</p>
{{end}}</article>
{{end}}
{{if .Next}}<p><a rel="next" href="{{.Next}}">{{.Text "share.features.next"}}</a></p>{{end}}
</main>
<p class="banner foot" role="note" aria-label="{{.Text "share.marked-as"}}">{{.Banner}}</p>
</body>
</html>
`
