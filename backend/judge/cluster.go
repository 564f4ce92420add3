package judge

import (
	"math"
	"sort"
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
			c.Strong = max(c.Strong, reputation(x.Passage))
			c.Weight += reputation(x.Passage) * freshness(class, x.at, now)
		}
		c.Weight = math.Round(c.Weight*1000) / 1000
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Weight > out[j].Weight })
	return out
}
