# Writes what the executable is built from as CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json/). Its input is
# `cargo metadata`; `$built` is what `cargo tree --prefix none` prints for one target, without what only the tests need.

def purl: "pkg:cargo/\(.name)@\(.version)";

def component:
  {type: "library", "bom-ref": purl, name, version, purl: purl, description}
  + (if .license then {licenses: [{expression: (.license | gsub("/"; " OR "))}]} else {} end)
  + (if .repository then {externalReferences: [{type: "vcs", url: .repository}]} else {} end)
  | with_entries(select(.value != null));

# A line of the tree begins with a name and a version: clap v4.6.0 …
($built | split("\n") | map(select(. != "") | split(" ") | "\(.[0]) \(.[1][1:])") | unique) as $built
| (.packages | map(select(IN("\(.name) \(.version)"; $built[]))) | INDEX(.id)) as $packages
| .resolve.root as $root
| {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: {component: ($packages[$root] | component + {type: "application"})},
    components: [$packages[] | select(.id != $root) | component],
    dependencies: [
      .resolve.nodes[] | select($packages[.id])
      | {ref: ($packages[.id] | purl), dependsOn: [.dependencies[] | $packages[.] // empty | purl] | unique}
    ]
  }
