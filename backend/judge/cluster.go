package judge

import (
	"math"
	"regexp"
	"sort"
	"strings"
	"time"

	"errata/backend"
)

// cluster is backend.Cluster with the readings behind it.
type cluster struct {
	backend.Cluster
	readings []reading
	rel      Relation
	tier     string
	wikidata bool
	said     *time.Time // newest date of what is said, where Newest may be that of a page
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
			if at := x.saidAt(); at != nil && (c.said == nil || at.After(*c.said)) {
				c.said = at
			}
			d := source(x.Passage)
			if groups[x.group] || contains(c.Domains, d) {
				continue
			}
			groups[x.group] = true
			c.Domains = append(c.Domains, d)
			c.Strong = max(c.Strong, reputation(x.Passage))
			c.Weight += reputation(x.Passage) * freshness(class, x.at, now)
		}
		c.Weight = math.Round(c.Weight*1000) / 1000
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Weight > out[j].Weight })
	return out
}

// reStart is how the provider of Wikidata tells the start or the point in time of a value.
var reStart = regexp.MustCompile(`^(?:, since ([^;(]{4,40})| \(([^);]{4,40})\))`)

// saidAt is the date of what a reading says. A page that was changed today may say
// what it said for years; a statement of Wikidata tells its own time.
func (x reading) saidAt() *time.Time {
	if x.Dated() {
		return x.at
	}
	at := strings.Index(x.quote, x.value)
	if x.Provider != "wikidata" || at < 0 {
		return nil
	}
	m := reStart.FindStringSubmatch(x.quote[at+len(x.value):])
	if m == nil {
		return nil
	}
	days := findDates(m[1] + m[2])
	if len(days) == 0 {
		return nil
	}
	return &days[0].from
}
