using System.Security.Cryptography;
using System.Text;

namespace PhoneAgent.Handlers.Owner;

/// <summary>How the report looks, and the policy that lets nothing else in: no script, no request, only this style sheet.</summary>
internal static class ReportStyle
{
    /// <summary>The style sheet.</summary>
    public const string Css = """
        :root{color-scheme:light dark;--ground:#fff;--panel:#f4f6f8;--ink:#17202a;--soft:#526070;--line:#d3dae1;--caller:#1c64b8;--callerground:#d8e7f8;--agent:#12774a;--agentground:#d5efe1;--warn:#b4530a;--bad:#b3261e;--tool:#6b3fa0;--over:#5b6470;--focus:#1c64b8}
        @media(prefers-color-scheme:dark){:root{--ground:#12161b;--panel:#1b2128;--ink:#e6eaee;--soft:#a3afbb;--line:#39434e;--caller:#82b7f5;--callerground:#1d3450;--agent:#6fd3a0;--agentground:#173a2a;--warn:#f0a45d;--bad:#ff8f86;--tool:#c3a1f2;--over:#aab4bf;--focus:#82b7f5}}
        *{box-sizing:border-box}
        body{margin:0 auto;max-width:1100px;padding:1rem;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
        h1{font-size:1.5rem;margin:.2rem 0}h2{font-size:1.15rem;margin:2rem 0 .6rem}h3{font-size:1rem;margin:.8rem 0 .2rem}ul{margin:0;padding-left:1.3rem}
        a{color:var(--caller)}:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
        .soft,.tick,th,dt{color:var(--soft)}
        .end{display:inline-block;padding:.1rem .6rem;border:1px solid currentColor;border-radius:1rem;color:var(--agent)}.end.bad{color:var(--bad)}
        .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.6rem;margin:1rem 0;padding:0}
        .figures div{background:var(--panel);border-radius:.5rem;padding:.6rem .8rem}.figures dt{font-size:.85rem}.figures dd{margin:0;font-size:1.25rem;font-weight:600;font-variant-numeric:tabular-nums}
        .scroll{overflow-x:auto;background:var(--panel);border-radius:.5rem;padding:.5rem}
        .timeline{display:block;font:12px system-ui,sans-serif}
        .lane,.tick{fill:var(--soft)}.lane{font-weight:600}.grid{stroke:var(--line)}
        .caller-block{fill:var(--callerground)}.agent-block{fill:var(--agentground)}.cut{fill:url(#cut)}.hatch{fill:var(--warn);opacity:.55}.hatch-ground{fill:var(--panel)}
        .caller-sound{stroke:var(--caller);stroke-width:2;fill:none}.agent-sound{stroke:var(--agent);stroke-width:2;fill:none}
        .moment{fill:var(--over);stroke:none}.moment line{stroke:currentColor;opacity:.35;stroke-dasharray:2 3}.moment .cross{stroke:var(--bad);stroke-width:3;fill:none}
        .moment.interruption,.key-interruption{fill:var(--warn);color:var(--warn)}.moment.tool{fill:var(--tool);color:var(--tool)}.moment.handover{fill:var(--caller);color:var(--caller)}.moment.problem{fill:var(--bad);color:var(--bad)}
        .legend{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;margin:.5rem 0 0;padding:0;list-style:none;font-size:.85rem}.legend svg{width:14px;height:14px;vertical-align:-2px;margin-right:.35rem}
        table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.35rem .6rem .35rem 0;border-bottom:1px solid var(--line)}td.number,th.number{font-variant-numeric:tabular-nums;white-space:nowrap;overflow-wrap:normal;width:6.5rem}
        .bar{width:auto}.bar svg{width:100%;height:14px;display:block}.bar rect{fill:var(--agent)}.bar .slow{fill:var(--warn)}
        .talk{list-style:none;margin:0;padding:0}.talk li{max-width:46rem;margin:.5rem 0;padding:.5rem .8rem;border-radius:.6rem}
        .talk .caller{background:var(--callerground);margin-left:auto}.talk .agent{background:var(--agentground);margin-right:auto}
        .talk p{margin:.1rem 0;white-space:pre-wrap}.talk .who{font-weight:600}.talk header{font-size:.85rem}
        .talk del{color:var(--warn)}summary{cursor:pointer}
        .away{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
        @media(min-width:40rem){.talk li{width:fit-content;max-width:75%}}
        """;

    /// <summary>The policy, for the header and for the page itself, which may be kept as a file.</summary>
    public static string Policy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Css)))}'; base-uri 'none'; form-action 'none'";

    /// <summary>The same for the header, which alone can forbid frames.</summary>
    public static string HeaderPolicy { get; } = Policy + "; frame-ancestors 'none'";
}
