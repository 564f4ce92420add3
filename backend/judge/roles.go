package judge

import (
	"regexp"
	"strings"
)

// role says in which part a value stands in a sentence.
type role int

const (
	rolePlain    role = iota
	rolePrior         // it was so before: "succeeding Rishi Sunak", "until 2024"
	roleOpponent      // it lost or was passed: "beating Arsenal"
	roleMaker         // it made the thing that is asked for: "a film by Ann Lee"
	roleLesser        // a deputy, a part of what is asked for, or who did not come
)

var (
	rePriorBefore = regexp.MustCompile(`(?i)(?:\b(?:succe(?:eds?|eded|eding|ssor (?:to|of))|replac(?:es?|ed|ing)|t(?:ook|aking|akes) over from|(?:the )?former(?:ly)?|previous(?:ly)?|earlier|outgoing|ex|once|predecessors?|instead of|no longer|unlike|not|renamed from|surpass(?:es|ed|ing)|overt(?:ook|aking|akes)|dethron(?:ed|ing)|inherited (?:it |the \w+ )?from|follow(?:s|ed|ing) the (?:resignation|death|departure|retirement) of|after the (?:resignation|death|departure|retirement) of|a successor to|up from|down from|rather than|old(?:er)?|after|before)|\bex-|\b(?:after|before|since|from) (?:\w+ ){0,3}(?:defeating|beating|ousting))[\s,:'"“]*(?:(?:by|was|were|is|the|his|her|its|their|a|of|then|party|leader|mr|sir|president|prime|minister|king|queen|pope|ceo|chancellor|champions?|winners?|record|holders?|mark|version|title|\w+['’]s)[\s,:]+){0,5}$`)
	rePriorAfter  = regexp.MustCompile(`(?i)^(?:,? and [\pL. ]{2,40}?)?(?:, \d{1,3},)?[\s,)'"”]*(?:(?:who|which) )?(?:had (?:led|held|been|served|ruled|run|announced)\b|announced (?:his|her|their) (?:resignation|retirement)|(?:had |has |have )?(?:(?:held|led|served|won|ruled|reigned|been|was|were|did so|as \w+)[^.;]{0,40}?\b(?:until|from \d{4} (?:to|until))|(?:held|led|served|ruled|reigned|been|was|were|did so|as \w+)[^.;]{0,40}?\bbetween)\b|resigned|step(?:s|ped|ping) down|(?:was|were|had been|has been|is) (?:\w+ )?(?:succeeded|replaced|ousted|deposed|defeated|beaten|dethroned|surpassed|overtaken|removed|dismissed|fired|the (?:previous|former|outgoing))|lost\b|left (?:the )?(?:office|post|role)|until\b|'s (?:resignation|death|departure|retirement|old|previous|earlier|record|mark)|’s (?:resignation|death|departure|retirement|old|previous|earlier|record|mark)|held (?:it|the \w+|this|that) (?:before|until|from \d{4} (?:to|until))|the (?:previous|former|outgoing))`)
	reEarlierAft  = regexp.MustCompile(`(?i)^(?:,? and [\pL. ]{2,40}?)?[\s,)'"”]*(?:(?:who|which) )?(?:had |has |have )?(?:held|led|served|won|ruled|reigned|been|was|were|did so|as \w+)[^.;]{0,40}?\b(?:before|previously|earlier)\b`)
	reBecame      = regexp.MustCompile(`(?i)^[\s,)'"”]*(?:(?:who|which) )?(?:won|wins|became|becomes|(?:was|were|is|has been|have been) (?:\w+ly )?(?:re-?)?(?:elected|appointed|named|chosen|crowned|inaugurated|sworn|selected|picked)|t(?:ook|akes) (?:office|over)|(?:has|have) (?:been|led|held|served|run|ruled|reigned|headed)\b[^.;]*\bsince|claimed|secured|clinched|beat|beats|defeated|defeats)\b`)
	reThenLeft    = regexp.MustCompile(`(?i)^[^.;]{0,80}\bbefore (?:resigning|stepping|being|leaving|losing|handing|retiring|dying|his|her|their)\b`)
	reStands      = regexp.MustCompile(`(?i)^[\s,)'"”]*(?:is|was|has been|leads|heads|holds|serves|has led|runs)\b`)
	reFormer      = regexp.MustCompile(`(?i)^(?:(?:the )?former|previous|outgoing|ex-?|once)[\s-]`)
	reDoneBy      = regexp.MustCompile(`(?i)\b(?:won|led|held|headed|run|set|claimed|taken) by\s+(?:the\s+)?$`)
	reMaker       = regexp.MustCompile(`(?i)\b(?:by|directors?|authors?|writers?|composers?|producers?|starring|singers?|act(?:or|ress))[\s,:]+(?:the\s+)?$`)
	reYearsOld    = regexp.MustCompile(`(?i)\b\d+[- ]years?[- ]old\b`)
	reOpponent    = regexp.MustCompile(`(?i)(?:\b(?:beat(?:s|ing|en)?|defeat(?:s|ed|ing)?|ahead of|against|edg(?:ed|ing) (?:out|past)|overc(?:ame|oming)|win(?:s|ning)? over|victory over|over|runners?-up|second-placed?|(?:points?|goals?|clear) (?:above|clear of|of)|knock(?:ed|ing) out|past|down(?:ed|ing)|thrash(?:ed|ing)|see(?:ing)? off|saw off|not|than|compared (?:to|with)|lost (?:[\w-]+ ){0,4}?to|behind)\b|\b\d{1,3}\s?[-–—]\s?\d{1,3}\b)[\s,:]*(?:(?:by|was|were|are|the|his|her|its|their|fellow|rivals?|side|champions?|hosts?|candidate|nominee|vice|president|democrat|republican|opponent|score|of|in|final|on|penalties|second-place|second|placed?)[\s,:]+){0,5}$`)
	reRunnerUp    = regexp.MustCompile(`(?i)\bfollowed (?:closely )?by[\s,:]*(?:the\s+)?$`)
	reRanking     = regexp.MustCompile(`(?i)\b(?:longest|largest|biggest|tallest|highest|deepest|fastest|richest|most|first|top|leads?|led|list|rank\w*|table|medals?|won|wins)\b`)
	reOpponentAft = regexp.MustCompile(`(?i)^[\s,]*(?:(?:finish(?:ed|ing)|came|coming|were|was|ended) (?:in )?(?:second|third|runners?-up|the runners?-up|the losing)|as (?:the )?runners?-up|in second)`)
	reSuccBy      = regexp.MustCompile(`(?i)\b(?:succeeded|replaced|followed|ousted|defeated|beaten|surpassed|overtaken) (?:as [\w ]{2,30} )?(?:on [\w ]{3,20} |in [\w ]{3,16} )?by[\s,:]*(?:(?:the|mr|sir|president|new|labour|his|her|deputy|leader)\s+){0,4}$`)
)

// A lesser office, one that is still to come, somebody else's, or what was given up.
var (
	reLesserBefore = regexp.MustCompile(`(?i)\b(?:vice|deputy|assistant|shadow|incoming|acting)[- ](?:\pL+ ){0,2}$|-elect\s+$`)
	reLesserAfter  = regexp.MustCompile(`(?i)^,? (?:(?:is|was) )?(?:the |an? |its |their )?(?:vice|deputy|assistant|shadow|incoming|acting)[- ]\pL|^,? (?:the )?(?:\pL+[ -]){0,2}elect\b`)
	reLesserAsk    = regexp.MustCompile(`(?i)\b(?:vice|deputy|assistant|shadow|incoming|acting)\b|-elect\b`)
	reWhose        = regexp.MustCompile(`^(?:['’]s?)? (?:\pL+ )?(?:deputy|successor|predecessor|aide|wife|husband|brother|sister|son|daughter|father|mother|rival|spokes\pL+|lawyer|assistant)\b`)
	reUndone       = regexp.MustCompile(`(?i)\b(?:divorced|separated from|split from)\s+$`)
	reMoved        = regexp.MustCompile(`(?i)\b(?:moved|postponed|rescheduled|changed|renamed|raised|cut|lowered|rose|risen|fell|fallen|grew|grown|dropped|increased|decreased|shifted)\b[^.;]{0,30}\bfrom\s+$`)
	reDismissed    = regexp.MustCompile(`(?i)\b(?:sacked|fired|dismissed|ousted|removed|suspended)\s+(?:(?:the|its|their|head|chief|coach|manager|director|president|minister|prime|captain|executive|officer|ceo)\s+){0,4}$`)
	reWithdrew     = regexp.MustCompile(`(?i)^(?:,? who)? (?:has |had )?(?:cancell?ed|withdrew|withdrawn|declined|turned down|pulled out)\b`)
	rePartOf       = regexp.MustCompile(`(?i)^\s+(?:\pL+ )?of (?:the |its |their |all |all the |a total of )?\d`)
	reTo           = regexp.MustCompile(`^[^.;]{0,20}\bto\b`)
)

// roleOf looks at the words around text[start:end].
func (f form) roleOf(text string, start, end int) role {
	before, after := text[max(0, start-90):start], clip(text[end:], 90)
	if i := strings.LastIndexAny(before, ";"); i >= 0 {
		before = before[i+1:]
	}
	switch {
	case reUndone.MatchString(before), reDismissed.MatchString(before), reMoved.MatchString(before) && reTo.MatchString(after):
		return rolePrior
	case reWithdrew.MatchString(after), f.Kind == KindNumber && rePartOf.MatchString(after), f.Person && reWhose.MatchString(after),
		!reLesserAsk.MatchString(f.Text) && (reLesserBefore.MatchString(before) || reLesserAfter.MatchString(after)):
		return roleLesser
	}
	before = reYearsOld.ReplaceAllString(before, "") // an age, not an old holder
	switch {
	case f.loser && reOpponent.MatchString(before):
		return rolePlain
	case reRunnerUp.MatchString(before) && reRanking.MatchString(text):
		return roleOpponent
	case reSuccBy.MatchString(before):
		return rolePlain
	case f.priorBefore(before, after), priorAfter(after):
		return rolePrior
	case reOpponent.MatchString(before), reOpponentAft.MatchString(after):
		return roleOpponent
	case f.work && reMaker.MatchString(before) && !reDoneBy.MatchString(before):
		return roleMaker
	}
	return rolePlain
}

// priorBefore: the words before a name give it as past. A former officer who
// wins or becomes something holds that now; one who merely is something does
// unless the former office is the one that the question asks for.
func (f form) priorBefore(before, after string) bool {
	m := rePriorBefore.FindStringIndex(before)
	if m == nil {
		return false
	}
	prior := strings.TrimLeft(before[m[0]:], " ")
	if !reFormer.MatchString(prior) {
		return true
	}
	if reBecame.MatchString(after) || reDoneBy.MatchString(before[:m[0]]) {
		return false
	}
	if len(f.Weights) == 0 || !reStands.MatchString(after) {
		return true
	}
	for _, t := range terms(prior) {
		if f.Weights[t] > 0 {
			return true
		}
	}
	return false
}

// priorAfter: the words after a name give it as past. What came before somebody
// won or became something does not.
func priorAfter(after string) bool {
	switch {
	case rePriorAfter.MatchString(after):
		return true
	case reBecame.MatchString(after):
		return reThenLeft.MatchString(after)
	}
	return reEarlierAft.MatchString(after)
}
