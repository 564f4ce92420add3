package judge

import (
	"math"
	"sort"
	"strings"
	"time"

	"errata/backend"
)

// reputations of domains, 0.2 to 1; unknown ones count 0.4. Only sources with
// an editor or a register behind them stand high.
var reputations = map[string]float64{
	"wikidata.org": 0.8, "wikipedia.org": 0.8, "britannica.com": 0.9, "reuters.com": 0.95, "apnews.com": 0.95, "bbc.co.uk": 0.9, "bbc.com": 0.9,
	"nytimes.com": 0.85, "theguardian.com": 0.85, "ft.com": 0.85, "economist.com": 0.85, "washingtonpost.com": 0.85, "wsj.com": 0.85, "npr.org": 0.85,
	"nature.com": 0.95, "science.org": 0.95, "who.int": 0.95, "un.org": 0.95, "europa.eu": 0.95, "nasa.gov": 0.95, "imf.org": 0.9, "worldbank.org": 0.9,
	"premierleague.com": 0.9, "fifa.com": 0.9, "uefa.com": 0.9, "olympics.com": 0.9, "apple.com": 0.85, "microsoft.com": 0.85, "espn.com": 0.7, "cnn.com": 0.7,
	"aljazeera.com": 0.8, "dw.com": 0.85, "lemonde.fr": 0.85, "spiegel.de": 0.85, "time.com": 0.75, "forbes.com": 0.6, "theverge.com": 0.7, "techcrunch.com": 0.7,
	"reddit.com": 0.2, "quora.com": 0.2, "x.com": 0.2, "twitter.com": 0.2, "facebook.com": 0.2, "medium.com": 0.25, "tiktok.com": 0.2, "youtube.com": 0.3,
	"blogspot.com": 0.2, "wordpress.com": 0.25, "fandom.com": 0.3, "pinterest.com": 0.2,
}

func reputation(p backend.Passage) float64 {
	if p.Trusted() {
		return 1
	}
	d := backend.Owner(p.Domain)
	if w, ok := reputations[d]; ok {
		return w
	}
	if p.Provider == "wikidata" || p.Provider == "wikipedia" {
		return 0.8
	}
	if strings.HasSuffix(d, ".gov") || strings.HasSuffix(d, ".gov.uk") || strings.HasSuffix(d, ".edu") || strings.HasSuffix(d, ".int") {
		return 0.9
	}
	return 0.4
}

// freshness halves every 30 days for fast questions and every 365 for slow
// ones; what never changes does not age.
func freshness(class backend.Class, at *time.Time, now time.Time) float64 {
	var half, undated float64
	switch class {
	case backend.ClassFast:
		half, undated = 30, 0.5
	case backend.ClassSlow:
		half, undated = 365, 0.7
	default:
		return 1
	}
	if at == nil {
		return undated * 0.5
	}
	return math.Pow(0.5, max(0, now.Sub(*at).Hours()/24)/half)
}

// cluster is backend.Cluster with the readings behind it.
type cluster struct {
	backend.Cluster
	readings []reading
	rel      Relation
	tier     string
	wikidata bool
	strong   float64 // best reputation
}

// clusters puts equal values together, the heaviest first. Copies of one text
// and a second passage of one domain add nothing.
func clusters(f form, class backend.Class, list []reading, now time.Time) []cluster {
	var out []cluster
next:
	for _, x := range list {
		for i := range out {
			if r, _ := compare(f, out[i].Value, x.value); r == Same && out[i].rel == x.rel {
				out[i].readings = append(out[i].readings, x)
				continue next
			}
		}
		out = append(out, cluster{Cluster: backend.Cluster{Value: x.value}, readings: []reading{x}, rel: x.rel, tier: x.tier})
	}
	for i := range out {
		c := &out[i]
		c.Domains, c.PassageIDs = []string{}, []string{}
		groups := map[int]bool{}
		for _, x := range c.readings {
			c.PassageIDs = append(c.PassageIDs, x.ID)
			c.Trusted = c.Trusted || x.Trusted()
			c.wikidata = c.wikidata || x.Provider == "wikidata"
			if x.at != nil && (c.Newest == nil || x.at.After(*c.Newest)) {
				t := *x.at
				c.Newest = &t
			}
			d := source(x.Passage)
			if groups[x.group] || contains(c.Domains, d) {
				continue
			}
			groups[x.group] = true
			c.Domains = append(c.Domains, d)
			c.strong = max(c.strong, reputation(x.Passage))
			c.Weight += reputation(x.Passage) * freshness(class, x.at, now)
		}
		c.Weight = math.Round(c.Weight*1000) / 1000
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Weight > out[j].Weight })
	return out
}
