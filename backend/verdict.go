package backend

import (
	"slices"
	"time"
)

// Claim is the one checkable statement of an answer.
type Claim struct {
	ID       string `json:"id"`
	AnswerID string `json:"answer_id"`
	Short    string `json:"short"`    // the short answer: "Paris"
	Type     string `json:"type"`     // name, date, number, list, yes_no, text
	Sentence string `json:"sentence"` // verbatim sentence of the answer that carries it
	Hedged   bool   `json:"hedged"`
	By       string `json:"by"` // "rule" or the model that filled the slot
}

// Passage is one piece of evidence, with how its date was found.
type Passage struct {
	ID          string     `json:"id"`
	Provider    string     `json:"provider"` // name of the provider, as in Settings.Providers
	URL         string     `json:"url"`      // url or file
	Domain      string     `json:"domain"`   // registrable domain, or "library"
	Title       string     `json:"title"`
	Text        string     `json:"text"`
	TextSHA256  string     `json:"text_sha256"`
	PublishedAt *time.Time `json:"published_at,omitempty"`
	DateSource  string     `json:"date_source"` // api, meta, url, text, front_matter, revision, seen, file, clock, none
	FetchedAt   time.Time  `json:"fetched_at"`

	// Filled by selection and extraction.
	Quote string   `json:"quote,omitempty"` // verbatim part of Text or Title
	Value string   `json:"value,omitempty"` // verbatim part of Quote, or equal to it after parsing
	Flags []string `json:"flags,omitempty"` // tripwires: injection, template_token, hidden_text

	// Supports is what this passage says about the claim: "answer", "rival" or "".
	Supports string `json:"supports,omitempty"`
}

// The date sources that know of a page only when it was last changed, or met by a
// crawler. What stands in it may be older.
const (
	DateRevision = "revision"
	DateSeen     = "seen"
)

// Dated says whether the date is that of what the passage says.
func (p Passage) Dated() bool {
	return p.PublishedAt != nil && p.DateSource != DateRevision && p.DateSource != DateSeen
}

// Trusted says that the passage was chosen by the user (a document of the
// library) or is the machine's own clock, so that one of it is enough.
func (p Passage) Trusted() bool { return p.Provider == "library" || p.Provider == "clock" }

// VerdictKind is the outcome of a check.
type VerdictKind string

// The five outcomes. Any failure ends in NotEnoughEvidence, never in Contradicted.
const (
	Supported         VerdictKind = "supported"
	Outdated          VerdictKind = "outdated"
	Contradicted      VerdictKind = "contradicted"
	NotEnoughEvidence VerdictKind = "not_enough_evidence"
	NotCheckable      VerdictKind = "not_checkable"
)

// Reason says why a verdict is what it is.
type Reason string

// The reason codes.
const (
	ReasonSame          Reason = "same_value"          // supported
	ReasonRival         Reason = "rival_value"         // contradicted
	ReasonNewer         Reason = "newer_value"         // outdated
	ReasonNoResults     Reason = "no_results"          // nothing was found
	ReasonNoValue       Reason = "no_value"            // found passages do not answer the question
	ReasonSingleSource  Reason = "single_source"       // one independent domain only
	ReasonConflict      Reason = "sources_conflict"    // sources disagree
	ReasonStale         Reason = "stale_only"          // evidence older than the question allows
	ReasonLowConfidence Reason = "low_confidence"      // values could not be told apart safely
	ReasonOrder         Reason = "order_disagreement"  // the judge changed its mind with the order
	ReasonAmbiguous     Reason = "ambiguous_question"  //
	ReasonInjection     Reason = "injection_suspected" // evidence speaks to the model
	ReasonBudget        Reason = "budget"              // out of time or calls
	ReasonOffline       Reason = "offline"             // no provider could be reached
	ReasonModel         Reason = "model_failed"        // the model gave nothing usable
	ReasonCancelled     Reason = "cancelled"           // stopped by a person
	ReasonNoClaim       Reason = "no_claim"            // the answer states nothing
	ReasonNotFactual    Reason = "not_factual"         // opinion, creative, personal, prediction
	ReasonProvidersOff  Reason = "providers_off"       // no provider is switched on
	ReasonInterrupted   Reason = "interrupted_answer"  // partial answers are never judged
)

// Class is how fast the answer to a question can change.
type Class string

// The classes of the gate.
const (
	ClassEvergreen  Class = "evergreen"
	ClassSlow       Class = "slow"
	ClassFast       Class = "fast"
	ClassClock      Class = "clock" // answered by the machine's own date
	ClassOpinion    Class = "opinion"
	ClassPersonal   Class = "personal"
	ClassPrediction Class = "prediction"
	ClassCreative   Class = "creative"
	ClassUnclear    Class = "unclear"
)

// Checkable says whether a question of this class has an answer to check.
func (c Class) Checkable() bool {
	switch c {
	case ClassEvergreen, ClassSlow, ClassFast, ClassClock:
		return true
	}
	return false
}

// Cluster is one value that the evidence gives, with who gives it.
type Cluster struct {
	Value      string     `json:"value"`
	Weight     float64    `json:"weight"`
	Domains    []string   `json:"domains"` // each an Owner, or a document of the user's
	Newest     *time.Time `json:"newest,omitempty"`
	PassageIDs []string   `json:"passage_ids"`
	Trusted    bool       `json:"trusted"`
	Strong     float64    `json:"strong,omitempty"` // the best reputation behind it, 0 to 1; 0 in older records
}

// KnownFrom is the least reputation of a source that has a name to lose.
const KnownFrom = 0.6

// Comparison tiers: T1 strings and aliases, T2 typed values, T3 a judge model.
const (
	TierString = "T1"
	TierTyped  = "T2"
	TierJudge  = "T3"
)

// Verdict is the append-only record of one check.
type Verdict struct {
	ID         string      `json:"id"`
	AnswerID   string      `json:"answer_id"`
	QuestionID string      `json:"question_id"`
	Question   string      `json:"question"`
	Imported   bool        `json:"imported,omitempty"` // about an answer of another program: it says nothing of our model
	Local      bool        `json:"local,omitempty"`    // of a chat whose checks ask nobody outside this machine
	Class      Class       `json:"class"`
	Kind       VerdictKind `json:"kind"`
	Reason     Reason      `json:"reason"`
	Sentence   string      `json:"sentence"` // one plain sentence for the margin
	Claim      Claim       `json:"claim"`
	RivalValue string      `json:"rival_value,omitempty"`
	RivalFrom  *time.Time  `json:"rival_from,omitempty"` // newest date of the evidence for it
	Tier       string      `json:"tier,omitempty"`
	Confidence float64     `json:"confidence"`
	Calibrated bool        `json:"calibrated"`
	// ConfidenceRaw is what the decision table gave; Confidence is the same until a
	// calibration, named by its ID, maps it.
	ConfidenceRaw float64           `json:"confidence_raw"`
	Calibration   string            `json:"calibration,omitempty"`
	Withheld      VerdictKind       `json:"withheld,omitempty"` // what the verdict would be if the calibration let it through
	Clusters      []Cluster         `json:"clusters"`
	Passages      []Passage         `json:"passages"`
	Grounding     []Grounded        `json:"grounding,omitempty"`
	Queries       []string          `json:"queries"` // the words that were sent
	Providers     []string          `json:"providers"`
	Failures      []ProviderFailure `json:"failures,omitempty"`  // providers that were asked and gave nothing
	Extractor     string            `json:"extractor,omitempty"` // model that copied values out of texts, by the engine's name; empty in older records: the judge
	Judge         string            `json:"judge"`               // model that labelled, by the engine's name
	// ExtractorTitle and JudgeTitle are the same as people call them.
	ExtractorTitle string        `json:"extractor_title,omitempty"`
	JudgeTitle     string        `json:"judge_title,omitempty"`
	Calls          int           `json:"calls"` // model calls used
	Took           time.Duration `json:"took"`
	CreatedAt      time.Time     `json:"created_at"`
}

// Grounded is how surely one passage carries the answer and the rival value, as a
// model's labels say, not calibrated.
type Grounded struct {
	PassageID string  `json:"passage_id"`
	Answer    float64 `json:"answer"`
	Rival     float64 `json:"rival"`
}

// Unreached names the providers that could not be reached while others were read.
func (v Verdict) Unreached() []string {
	var names []string
	for _, f := range v.Failures {
		if f.Offline && v.Reason != ReasonOffline {
			names = append(names, f.Provider)
		}
	}
	return names
}

// JudgedBy names the models that the verdict rests on as people call them, empty
// where the record does not say.
func (v Verdict) JudgedBy() string {
	if v.ExtractorTitle == "" || v.ExtractorTitle == v.JudgeTitle {
		return v.JudgeTitle
	}
	return v.ExtractorTitle + " as extractor and " + v.JudgeTitle + " as judge"
}

// Counts says whether the verdict enters the cycle of ten: right means supported.
func (v Verdict) Counts() bool {
	return v.Kind == Supported || v.Kind == Outdated || v.Kind == Contradicted
}

// Teachable says whether a fact may be proposed from the verdict.
func (v Verdict) Teachable() bool {
	return (v.Kind == Outdated || v.Kind == Contradicted) && v.RivalValue != ""
}

// proposeFrom is the least calibrated confidence of a verdict that proposes its
// correction by itself.
const proposeFrom = 0.9

// Proposes says whether the verdict proposes its correction without being asked:
// calibrated, sure, carried by at least two independent domains and free of
// tripwire flags. A person may teach any that is Teachable.
func (v Verdict) Proposes() bool {
	if !v.Teachable() || !v.Calibrated || v.Confidence < proposeFrom || v.Class == ClassClock {
		return false
	}
	flagged := slices.ContainsFunc(v.Passages, func(p Passage) bool { return len(p.Flags) > 0 })
	return !flagged && len(v.RivalDomains()) >= 2
}

// RivalDomains are the owners' domains that carry the rival value independently of
// each other: copies of one text count once, the user's own documents do not.
func (v Verdict) RivalDomains() []string {
	outside := map[string]bool{}
	for _, p := range v.Passages {
		if p.Supports == "rival" && !p.Trusted() && p.Domain != "" {
			outside[Owner(p.Domain)] = true
		}
	}
	domains := []string{}
	for _, c := range v.Clusters {
		if v.RivalValue == "" || c.Value != v.RivalValue {
			continue
		}
		for _, d := range c.Domains {
			if outside[d] && !slices.Contains(domains, d) {
				domains = append(domains, d)
			}
		}
	}
	return domains
}

// Rating is a person's agreement or disagreement with a verdict.
type Rating struct {
	VerdictID string    `json:"verdict_id"`
	Agree     bool      `json:"agree"`
	Note      string    `json:"note,omitempty"`
	CreatedAt time.Time `json:"created_at"`
}
