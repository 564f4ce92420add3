package judge

import (
	"strings"

	"errata/backend"
)

// reputations of domains, 0.2 to 1; unknown ones count 0.4. Only sources with
// an editor or a register behind them stand high: agencies and official bodies
// over national newspapers and broadcasters, those over magazines. The steps are
// coarse; checked against published ratings (doi 10.1093/pnasnexus/pgad286).
var reputations = map[string]float64{}

func init() {
	for weight, domains := range map[float64]string{
		0.95: `reuters.com apnews.com afp.com nature.com science.org who.int un.org europa.eu nasa.gov`,
		0.9:  `britannica.com bbc.co.uk bbc.com imf.org worldbank.org premierleague.com fifa.com uefa.com olympics.com`,
		0.85: `nytimes.com theguardian.com ft.com economist.com washingtonpost.com wsj.com bloomberg.com npr.org pbs.org csmonitor.com apple.com microsoft.com dw.com
			lemonde.fr spiegel.de zeit.de faz.net sueddeutsche.de tagesschau.de zdf.de nzz.ch srf.ch derstandard.at orf.at lesoir.be nrc.nl elpais.com corriere.it ansa.it
			abc.net.au afr.com smh.com.au cbc.ca ctvnews.ca theglobeandmail.com nzherald.co.nz rnz.co.nz irishtimes.com rte.ie thetimes.co.uk thehindu.com japantimes.co.jp nhk.or.jp`,
		0.8: `wikidata.org wikipedia.org usatoday.com latimes.com bostonglobe.com chicagotribune.com cbsnews.com nbcnews.com abcnews.com usnews.com politico.com thehill.com axios.com aljazeera.com
			france24.com telegraph.co.uk independent.co.uk sky.com channelnewsasia.com straitstimes.com scmp.com koreaherald.com taipeitimes.com news24.com`,
		0.75: `time.com theatlantic.com newyorker.com nationalgeographic.com smithsonianmag.com newscientist.com arstechnica.com cnbc.com`,
		0.7:  `espn.com cnn.com theverge.com techcrunch.com wired.com variety.com hollywoodreporter.com theweek.com theweek.co.uk`,
		0.6:  `forbes.com`,
		0.3:  `youtube.com fandom.com`,
		0.25: `medium.com wordpress.com`,
		0.2:  `reddit.com quora.com x.com twitter.com facebook.com tiktok.com blogspot.com pinterest.com`,
	} {
		for _, d := range strings.Fields(domains) {
			reputations[d] = weight
		}
	}
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
	if official(d) || strings.HasSuffix(d, ".edu") {
		return 0.9
	}
	return 0.4
}

// official: nobody but a state or a body of states is given such a domain.
func official(domain string) bool {
	return strings.HasSuffix(domain, ".gov") || strings.HasSuffix(domain, ".gov.uk") || strings.HasSuffix(domain, ".int")
}

// editedFrom is the least reputation of a source that can refute an answer alone.
const editedFrom = 0.7

// everybodyWrites are reputed sources that anybody can change for an hour.
var everybodyWrites = wordSet("wikipedia.org wikidata.org")

// edited: somebody answers for what stands there. Rooms of a university, blogs of
// a magazine and what everybody writes have no such person.
func edited(p backend.Passage) bool {
	d := backend.Owner(p.Domain)
	return !everybodyWrites[d] && (reputations[d] >= editedFrom || official(d))
}
