package judge

import "strings"

// lex is a set of lexical classes: what a word of a question may speak of. A word
// stands in a class because all words of its kind do, in the base form; plurals
// and the possessive are found by the reader.
type lex uint64

const (
	lexNow    lex = 1 << iota // of the present
	lexNewest                 // the newest of a row
	lexToday                  // days told from today
	lexWeekday
	lexPeriod   // spans within a year
	lexYearly   // spans of a year or more
	lexOffice   // offices and roles
	lexKin      // family that one chooses or gets
	lexContest  // contests and their ends
	lexStanding // rank and renown
	lexMoney    // prices, pay, markets, currencies
	lexRules    // what a state sets
	lexPeople   // those who are counted
	lexWeather
	lexRecord
	lexDeed    // what happens once to its subject
	lexOrigin  // makers and forebears
	lexNature  // what nature made, but living
	lexLiving  // kinds of animals, plants and food
	lexBody    // parts of a body
	lexPlace   // places that people made or bounded
	lexMeasure // measures of things
	lexSeat    // where a thing lies, what stands for it
	lexScience // terms of the sciences
	lexUnit    // units of measure and time
	lexMeaning // asks what a word means
	lexNaming
	lexOld         // history, myth and art
	lexProduct     // devices and programs
	lexGroup       // companies, clubs, players
	lexNews        // what newspapers report
	lexSuperlative // superlatives in -est
	lexFirst
	lexPast       // irregular verbs in the past
	lexParticiple // irregular participles
	lexVolatile   // moves within weeks
)

// lexicon lists each class once; a word may stand in several.
var lexicon = lexiconOf(map[lex]string{
	lexNow:     `current currently now nowadays present presently still incumbent reigning ongoing lately anymore today tonight yet already`,
	lexNewest:  `latest newest recent recently upcoming forthcoming`,
	lexToday:   `today tonight yesterday tomorrow ago`,
	lexWeekday: `monday tuesday wednesday thursday friday saturday sunday`,
	lexYearly:  `year season decade century semester`,
	lexPeriod:  `week weekend month summer winter spring autumn fall night morning afternoon evening quarter`,

	lexOffice: `president vicepresident chancellor king queen monarch sultan emir pope patriarch archbishop bishop cardinal minister pm secretary
		governor mayor senator congressman congresswoman representative deputy speaker ambassador commissioner commander admiral sheriff
		attorney ceo cfo cto coo executive chairman chairwoman chairperson chair leader boss chief captain coach manager trainer
		principal rector provost dean treasurer spokesman spokeswoman spokesperson editor owner host presenter government cabinet
		leads governs owns coaches manages captains hosts`,
	lexKin: `wife husband spouse partner girlfriend boyfriend fiance fiancee child children kid son daughter grandchild grandchildren married divorced dating engaged`,
	lexContest: `champion championship winner title trophy cup medal medalist medallist award prize laureate nominee finalist tournament league playoff final match race win wins won beat score scored goal
		olympics oscar grammy emmy nobel contest competition election bowl`,
	lexStanding: `rank ranked ranking top leaderboard standings leading leads chart seeded rated rating score popular follower subscriber viewer views viewed watched
		streamed stream listened listener liked download downloaded visited visitor followed grossing grossed searched famous selling trending`,
	lexMoney: `price cost worth salary wage income pay earn earning revenue profit inflation gdp debt fee fare rent budget expensive cheap cheapest cheaper
		valuable rich richest wealth wealthy wealthiest billionaire market stock share valuation capitalization sales mortgage interest exchange gasoline petrol fuel
		dollar euro pound rupee ruble rouble yen yuan franc peso turnover bitcoin`,
	lexRules:    `law legal illegal minimum maximum limit allowed permitted required currency tax vat tariff pension visa subsidy`,
	lexPeople:   `population populous inhabitant resident citizen member employee user student enrollment enrolment unemployment immigrant migrant refugee speaker household staff soldier voter`,
	lexWeather:  `weather rain rained raining snow snowed snowing forecast humidity wind storm hurricane typhoon cyclone sunny cloudy`,
	lexRecord:   `record ever`,
	lexVolatile: `price cost stock share exchange inflation weather forecast score standings odds poll news trending follower subscriber richest bitcoin traffic leaderboard chart`,

	lexDeed: `born birth die died death dead found founded founding foundation establish established invent invented invention discover discovered discovery write wrote
		written compose composed paint painted build built construct constructed construction create created assassinate assassinated murder murdered sign signed crown crowned
		conquer conquered invade invaded abolish abolished adopt adopted coin coined patent patented premiere premiered publish published release released introduce introduced
		form formed dissolve dissolved collapse collapsed sink sank erupt erupted graduate graduated begin began begun start started end ended
		originate originated fly flew land landed surrender surrendered defeat defeated execute executed buried retire retired directed starred
		designed developed sculpted sang fight fought extinct`,
	lexOrigin: `inventor founder cofounder author creator composer painter architect discoverer writer sculptor pioneer father mother brother sister parent ancestor niece nephew uncle aunt cousin grandfather grandmother`,

	lexNature: `mountain mount peak river lake ocean sea desert island peninsula continent volcano waterfall falls planet moon sun earth comet asteroid galaxy constellation
		glacier canyon valley strait gulf bay forest cave reef rock mineral gem gemstone metal crystal plateau delta archipelago equator hemisphere universe sky space`,
	lexLiving: `animal bird fish mammal insect reptile amphibian snake spider tree plant flower fruit vegetable berry species breed fungus mushroom bacteria dinosaur creature
		dog cat horse cow pig sheep goat chicken duck rabbit mouse rat bear wolf fox lion tiger elephant giraffe monkey ape whale dolphin shark frog turtle bee ant butterfly
		crocodile penguin eagle owl deer camel kangaroo apple banana orange lemon tomato potato rice wheat bread milk egg cheese meat beef tea coffee salt sugar honey`,
	lexBody: `bone leg tooth teeth eye ear nose heart brain blood hair muscle organ skin lung liver kidney finger toe hand foot feet arm wing tail paw skeleton stomach
		chamber tongue vertebra rib nerve chromosome`,
	lexPlace:   `city town village country state province region district street county municipality republic territory`,
	lexMeasure: `area height depth length diameter distance width radius circumference altitude elevation mass weight volume speed size`,
	lexSeat:    `capital border located location lies situated coast flag anthem alphabet official spoken native belong flow flows`,
	lexScience: `chemical element formula symbol atom atomic molecule boiling freezing melting boil freeze melt gravity light sound energy force acid equation theorem
		triangle square circle polygon angle pi cell dna rna gene protein vitamin oxygen hydrogen carbon nitrogen gold silver copper iron water orbit solar lunar periodic
		calorie quantum electron proton photon velocity degree noun verb adjective letter vowel alphabet physics chemistry digit`,
	lexUnit: `kilometre kilometer metre meter centimetre centimeter millimetre millimeter gram kilogram tonne ton litre liter gallon pint mile yard inch inches ounce cent byte kilobyte
		megabyte gigabyte terabyte bit second minute hour day week month year decade century centuries millennium dozen`,
	lexMeaning: `mean means meaning definition define defined abbreviation acronym synonym antonym opposite plural translate translation stands etymology difference`,
	lexNaming:  `name surname nickname pseudonym alias called named nicknamed`,
	lexOld: `war battle empire dynasty revolution treaty ancient medieval tsar czar emperor pharaoh soviet ussr colonial crusade slavery siege
		reformation renaissance roman ottoman byzantine viking prehistoric civilization bc bce reign ruled uprising rebellion armistice century centuries
		character protagonist fairy tale poem god goddess myth mythology mythological legend bible biblical opera epic fable prophet tragedy painting sculpture symphony`,
	lexProduct: `app website software version smartphone phone processor chip update console browser laptop computer device gadget ai chatbot model`,
	lexGroup: `company corporation firm brand bank startup chain retailer airline carmaker automaker manufacturer store supermarket restaurant airport university party
		organisation organization agency team club player footballer goalkeeper striker midfielder squad athlete plays`,
	lexNews: `announce announced unveiled revealed accuse accused sued suing fined fired hired traded seized struck crashed evacuated approved rejected vetoed withdrew pledged ordered
		testified indicted convicted apologized apologised nominated appointed reelected resigned recalled charged arrested sentenced banned barred agreed endorsed shut closing
		warned criticised criticized blamed urged threatened condemned detained injured suspended disqualified scrapped cancelled canceled postponed delayed sanctioned raided
		soared plunged surged tumbled slashed hit rocked swept devastated clashed toppled ousted impeached sworn acquitted pardoned deported extradited rescued
		outbreak blackout shooting earthquake flood flooding wildfire landslide tornado tsunami explosion crash collision attack strike ceasefire sanctions ban lawsuit court ruling trial verdict
		administration senate congress parliament ballot campaign scandal controversy protest plan`,

	lexSuperlative: `biggest largest smallest tallest shortest longest highest lowest deepest oldest youngest fastest slowest richest poorest heaviest lightest hottest coldest driest wettest hardest
		softest strongest weakest greatest cheapest nearest closest widest narrowest thickest thinnest brightest darkest loudest rarest busiest wealthiest safest fattest farthest furthest
		northernmost southernmost easternmost westernmost steepest densest warmest coolest sharpest`,
	lexFirst: `first original earliest`,

	lexPast: `began became broke brought built bought came caught chose drew drove ate fell fought found flew forgot gave went grew held kept knew led left lost made met paid
		ran rang rose said sang sank saw sent shot sold spoke spent stood stole struck swam took taught told thought threw understood woke wore won wrote fled fed bore bred sought slew lay dug swore wed hid bit`,
	lexParticiple: `been begun become broken brought built bought come caught chosen drawn driven eaten fallen fought found flown forgotten given gone grown held kept known led left lost made
		met paid run risen said sung sunk seen sent shot sold spoken spent stood stolen struck swum taken taught told thought thrown won worn written had done hit put set cut`,
})

func lexiconOf(list map[lex]string) map[string]lex {
	m := map[string]lex{}
	for class, words := range list {
		for _, w := range strings.Fields(words) {
			m[w] |= class
		}
	}
	return m
}

// classesOf looks a word up in its base form, plural or possessive.
func classesOf(w string) lex {
	found := lexicon[w]
	n := len(w)
	if found == 0 && n > 3 && w[n-1] == 's' && w[n-2] != 's' {
		found = lexicon[w[:n-1]]
		if found == 0 && n > 4 && w[n-2] == 'e' {
			found = lexicon[w[:n-2]]
			if found == 0 && w[n-3] == 'i' {
				found = lexicon[w[:n-3]+"y"]
			}
		}
	}
	return found
}
