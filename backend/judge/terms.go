package judge

import (
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"

	"errata/backend"
)

var stopWords = wordSet(`a an the of in on at to for by with from as is are was were be been being am do does did done has have had
	will would shall should can could may might must and or but nor not no so if then than that this these those there here it its
	i me my mine we us our you your he him his she her hers they them their who whom whose which what when where why how
	s t please tell name say about into over under up down out off again also just only very s' one's
	according know think give list called named known that's what's who's whats whos`)

// timeWords say "at present"; they select nothing.
var timeWords = wordSet(`current currently latest newest recent recently now today present presently still incumbent new ongoing most`)

// genericWords say what kind of thing is asked for and seldom stand in the evidence.
var genericWords = wordSet(`name model person man woman thing type kind number country city place team club company year date day
	time month answer called version product people world amount total full first real common official head national men men's mens`)

func wordSet(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// phraseList is rewritten before terms are cut: names of states and offices that
// come in several forms.
var phraseList = [][2]string{
	{"united states of america", "usa"},
	{"united states", "usa"},
	{"u s a", "usa"},
	{"u s", "usa"},
	{"america", "usa"},
	{"american", "usa"},
	{"united kingdom", "uk"},
	{"great britain", "uk"},
	{"u k", "uk"},
	{"britain", "uk"},
	{"british", "uk"},
	{"european union", "eu"},
	{"united nations", "un"},
	{"prime minister", "primeminister"},
	{"pm", "primeminister"},
	{"prime ministers", "primeminister"},
	{"premier ministership", "primeminister"},
	{"chief executive officer", "ceo"},
	{"chief executive", "ceo"},
	{"head of government", "primeminister"},
	{"first lady", "firstlady"},
	{"vice president", "vicepresident"},
	{"president elect", "presidentelect"},
	{"people live", "people"},
	{"world cup", "worldcup"},
	{"super bowl", "superbowl"},
	{"champions league", "championsleague"},
	{"premier league", "premierleague"},
	{"new york", "newyork"},
	{"south korea", "southkorea"},
	{"north korea", "northkorea"},
	{"new zealand", "newzealand"},
}

// synonyms bring words of one meaning to one term. Only relations that questions
// ask for stand here.
var synonyms = func() map[string]string {
	m := map[string]string{}
	for _, group := range []string{
		"win won winner wins winning champion champions championship title titles victory victor crowned triumph triumphed beat defeated",
		"write wrote written writer author authored authors writes penned",
		"paint painted painter painting paints artist",
		"compose composed composer composes",
		"direct directed director directs",
		"sing sang sung singer sings performed performer",
		"play plays played playing portray portrays portrayed portraying",
		"invent invented inventor invention invents",
		"discover discovered discoverer discovery discovers",
		"found founded founder founders cofounder cofounded establish established",
		"president presidency presidential presidents",
		"king monarch reign reigning queen sovereign throne",
		"chancellor chancellorship",
		"pope pontiff papacy",
		"born birth birthday birthplace birthdate",
		"die died death dies dead",
		"tall tallest high highest height higher elevation taller",
		"big biggest large largest larger size greatest",
		"long longest length longer",
		"small smallest tiny",
		"fast fastest quickest speed",
		"deep deepest depth",
		"old oldest age aged older",
		"rich richest wealthiest wealth",
		"populous population inhabitants populated residents people",
		"earth world globe planet worldwide global",
		"mountain mount mt peak summit mountains",
		"river rivers", "ocean oceans sea",
		"release released launch launched announced unveiled introduced releases launches",
		"premierleague epl", "country nation countries state",
		"currency money", "record records holder", "goals goal scored scorer",
		"symbol sign", "sink sank sunk sinks", "fall fell fallen falls", "begin began begun begins start started starts", "end ended ends",
		"become became becomes", "break broke broken", "hold held holds", "lead led leads leader", "build built builds", "speak spoke spoken speaks", "boil boiling boils", "freeze freezing freezes melt melting",
		"coach coached coaches coaching", "capital", "france french", "germany german", "spain spanish", "italy italian", "japan japanese", "china chinese", "russia russian",
		"canada canadian", "australia australian", "brazil brazilian", "india indian", "mexico mexican", "argentina argentine argentinian",
		"ukraine ukrainian", "poland polish", "sweden swedish", "norway norwegian", "ireland irish", "scotland scottish", "greece greek",
		"turkey turkish turkiye", "netherlands dutch holland", "portugal portuguese", "egypt egyptian", "israel israeli", "iran iranian",
		"southkorea korean", "newzealand zealander", "europe european", "africa african", "asia asian", "switzerland swiss", "austria austrian",
		"denmark danish", "finland finnish", "belgium belgian", "hungary hungarian", "england english",
	} {
		words := strings.Fields(group)
		for _, w := range words {
			m[stem(w)] = stem(words[0])
			m[w] = stem(words[0])
		}
	}
	return m
}()

// stem takes off the commonest English endings; it only has to be the same on
// both sides of a match.
func stem(w string) string {
	n := len(w)
	switch {
	case n > 4 && strings.HasSuffix(w, "ies"):
		return w[:n-3] + "y"
	case n > 5 && (strings.HasSuffix(w, "sses") || strings.HasSuffix(w, "xes") || strings.HasSuffix(w, "ches") || strings.HasSuffix(w, "shes")):
		return w[:n-2]
	case n > 5 && strings.HasSuffix(w, "ing"):
		return w[:n-3]
	case n > 4 && strings.HasSuffix(w, "ed"):
		return w[:n-2]
	case n > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us") && !strings.HasSuffix(w, "is"):
		return w[:n-1]
	}
	return w
}

var usForm = regexp.MustCompile(`\bU\.?S\.?(?:A\.?)?(\W|$)`)

var possessives = strings.NewReplacer("'s", " ", "’s", " ")

// normalWords is backend.Normal with the phrases rewritten and possessives gone.
func normalWords(s string) []string {
	if strings.Contains(s, "US") || strings.Contains(s, "U.S") {
		s = usForm.ReplaceAllString(s, "USA $1")
	}
	s = possessives.Replace(s)
	padded := " " + backend.Normal(norm.NFKC.String(s)) + " "
	padded = strings.ReplaceAll(padded, " ", "  ")
	padded = phraseReplacer.Replace(padded)
	return strings.Fields(padded)
}

// phraseReplacer works on doubly spaced words, so that two phrases in a row both match.
var phraseReplacer = func() *strings.Replacer {
	var pairs []string
	for _, p := range phraseList {
		pairs = append(pairs, " "+strings.ReplaceAll(p[0], " ", "  ")+" ", " "+p[1]+" ")
	}
	return strings.NewReplacer(pairs...)
}()

func term(w string) string {
	if t, ok := synonyms[w]; ok {
		return t
	}
	s := stem(w)
	if t, ok := synonyms[s]; ok {
		return t
	}
	return s
}

// terms gives the content terms of a text, in order, with repeats.
func terms(s string) []string {
	var out []string
	for _, w := range normalWords(s) {
		if !stopWords[w] {
			out = append(out, term(w))
		}
	}
	return out
}

func termSet(s string) map[string]bool {
	m := map[string]bool{}
	for _, t := range terms(s) {
		m[t] = true
	}
	return m
}
