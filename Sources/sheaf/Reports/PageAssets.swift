/// The style and the script of the page of a validation.
enum PageAssets {
    static let style = """
        :root{--ground:#fff;--raised:#f6f7f9;--ink:#1c2230;--dim:#5d6675;--line:#dfe3e9;--bad:#b3261e;--good:#1b7a43;\
        --warn:#8a5a00;--accent:#2f5fb3;--bar:#d9534a;--warnbar:#e0a93b}
        @media (prefers-color-scheme:dark){:root{--ground:#14171d;--raised:#1d222b;--ink:#e6e9ef;--dim:#9aa4b2;\
        --line:#323945;--bad:#ff8a80;--good:#7bd49b;--warn:#f0c36a;--accent:#8fb4ff;--bar:#d65f56;--warnbar:#c9962e}}
        *{box-sizing:border-box}
        body{margin:0 auto;max-width:76rem;padding:1.5rem 1.25rem 4rem;background:var(--ground);color:var(--ink);\
        font:15px/1.6 system-ui,"Hiragino Sans","Noto Sans CJK JP","Noto Sans JP","Yu Gothic UI",Meiryo,sans-serif}
        h1{font-size:1.6rem;line-height:1.3;margin:0}h2{font-size:1.05rem;margin:2rem 0 .6rem}
        p{margin:.3rem 0}code{font-family:ui-monospace,"SF Mono",Consolas,"Noto Sans Mono CJK JP",monospace;font-size:.92em}
        header{display:flex;gap:1rem;justify-content:space-between;align-items:flex-start;flex-wrap:wrap}
        .kicker{color:var(--dim);font-size:.85rem;margin:0}.dim{color:var(--dim);overflow-wrap:anywhere}
        .verdict{font-weight:700;padding:.35rem 1rem;border-radius:2rem;border:2px solid;white-space:nowrap}
        .good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}
        .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(8rem,1fr));gap:.75rem;margin:1.25rem 0}
        .card{background:var(--raised);border:1px solid var(--line);border-radius:.6rem;padding:.7rem .9rem}
        .card b{display:block;font-size:1.5rem;line-height:1.2;font-variant-numeric:tabular-nums}
        .card span{color:var(--dim);font-size:.85rem}
        .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:0 2rem}
        .bars{display:grid;gap:.15rem}
        .bars button{display:grid;grid-template-columns:minmax(9rem,2fr) 3fr 4.5rem;gap:.6rem;align-items:center;\
        border:0;border-radius:.35rem;background:none;color:inherit;font:inherit;text-align:left;padding:.15rem .4rem;cursor:pointer}
        .bars button:hover,.bars button[aria-pressed=true]{background:var(--raised)}
        .bars button[aria-pressed=true]{outline:2px solid var(--accent)}
        .bars span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
        .bars b{text-align:right;font-variant-numeric:tabular-nums;font-weight:600}
        progress{appearance:none;width:100%;height:.7rem;border:0;background:var(--raised);border-radius:.35rem;overflow:hidden}
        progress::-webkit-progress-bar{background:var(--raised)}progress::-webkit-progress-value{background:var(--bar)}
        progress::-moz-progress-bar{background:var(--bar)}
        .warn progress::-webkit-progress-value{background:var(--warnbar)}.warn progress::-moz-progress-bar{background:var(--warnbar)}
        .filters{display:flex;gap:.5rem;flex-wrap:wrap;align-items:center;margin:.5rem 0}
        .filters select,.filters input{font:inherit;color:inherit;background:var(--ground);border:1px solid var(--line);\
        border-radius:.4rem;padding:.3rem .5rem;max-width:100%}
        .filters input{flex:1 1 14rem}.filters output{color:var(--dim);font-variant-numeric:tabular-nums}
        table{border-collapse:collapse;width:100%}th{text-align:left;font-weight:600;color:var(--dim);font-size:.85rem}
        th,td{padding:.4rem .6rem;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
        .files td.n,.files th:not(:first-child){text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        .files td.n:last-child{width:1%}.scroll{overflow-x:auto}
        .rows{table-layout:fixed}.c1{width:9rem}.c2{width:12rem}.c3{width:24%}
        .rows thead th{position:sticky;top:0;background:var(--ground);z-index:1}
        .rows small{display:block;color:var(--dim);font-size:.78rem;line-height:1.35}
        .rows td{color:var(--ink);overflow:hidden}.rows .v{background:var(--raised);white-space:pre-wrap}
        .rows tr:not(.warn) td:first-child{box-shadow:inset 3px 0 var(--bar)}
        .rows .warn td:first-child{box-shadow:inset 3px 0 var(--warnbar)}
        .rows tbody:nth-of-type(n+60){content-visibility:auto}
        i{font-style:normal;font-size:.8em;color:var(--bad);border:1px solid;border-radius:.2rem;padding:0 .15em;margin:0 .05em}
        .problem{color:var(--bad)}.note{border-left:3px solid var(--warnbar);padding-left:1rem}
        details summary{cursor:pointer;font-weight:600;margin:1.5rem 0 .5rem}[hidden]{display:none}
        @media (max-width:44rem){body{padding:1rem .75rem 3rem}.rows,.rows tbody{display:block}.rows thead,.rows colgroup{display:none}\
        .rows tr{display:grid;grid-template-columns:7rem 1fr;border-bottom:1px solid var(--line)}.rows tr[hidden]{display:none}\
        .rows td{border:0;padding:.3rem .5rem}.rows td:nth-child(n+3){grid-column:1/-1}th,td{padding:.35rem .4rem}}
        @media print{:root{--ground:#fff;--raised:#f4f4f4;--ink:#000;--dim:#444;--line:#bbb}body{max-width:none;padding:0;\
        font-size:10pt}.filters{display:none}.rows thead th{position:static}.rows tbody{content-visibility:visible!important;\
        break-inside:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
        """

    /// Shows the rows that match what was chosen; without it, all of them are there.
    static let script = """
        (()=>{"use strict";
        const get=id=>document.getElementById(id),names=["kind","field","file"],text=get("text"),shown=get("shown");
        const bodies=[...document.querySelectorAll(".rows tbody")].map(b=>[b,[...b.rows].map(r=>[r,r.textContent.toLowerCase()])]);
        const bars=[...document.querySelectorAll("button[data-filter]")];
        const total=bodies.reduce((n,b)=>n+b[1].length,0);
        const apply=()=>{const want=names.map(n=>get(n)?.value||""),words=text.value.toLowerCase();let count=0;
        for(const [body,rows] of bodies){let some=0;for(const [row,t] of rows){
        const ok=names.every((n,i)=>!want[i]||row.dataset[n]===want[i])&&(!words||t.includes(words));
        row.hidden=!ok;if(ok)some++;}body.hidden=!some;count+=some;}
        for(const b of bars)b.setAttribute("aria-pressed",String(get(b.dataset.filter)?.value===b.dataset.value));
        shown.textContent=count.toLocaleString()+" / "+total.toLocaleString();};
        for(const n of names)get(n)?.addEventListener("change",apply);
        let timer;text.addEventListener("input",()=>{clearTimeout(timer);timer=setTimeout(apply,120);});
        for(const b of bars)b.addEventListener("click",()=>{const s=get(b.dataset.filter);if(!s)return;
        s.value=s.value===b.dataset.value?"":b.dataset.value;apply();});
        apply();})();
        """
}
