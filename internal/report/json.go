package report

import (
	"encoding/json"
	"io"

	"lockheld/sched"
)

// jsonResult is a [Result] as one JSON object. Names are part of what users
// rely on: they are added to, not changed.
type jsonResult struct {
	Scenario   string        `json:"scenario"`
	Variant    string        `json:"variant"` // "-" for a program that has none
	Strategy   string        `json:"strategy"`
	OK         bool          `json:"ok"`      // the line of the text format begins with ok
	Verdict    string        `json:"verdict"` // one word
	Text       string        `json:"text"`    // the verdict as the text format has it
	Executions int64         `json:"executions"`
	Steps      int64         `json:"steps"`
	Blocked    int64         `json:"blocked"`
	Extra      int64         `json:"extra,omitempty"`   // executions that are not counted, under dpor with a bound on preemptions
	Bounded    []int64       `json:"bounded,omitempty"` // classes with at most 0, 1, 2, … preemptions, then
	Cut        int64         `json:"cut"`
	Longest    int           `json:"longest"` // steps of the longest execution
	Classes    int64         `json:"classes,omitempty"`
	Findings   []jsonFinding `json:"findings"`
	Notes      []string      `json:"notes"`
	Outcomes   []string      `json:"outcomes,omitempty"`
	Figures    []string      `json:"figures,omitempty"` // verbose only
}

// jsonFinding is a [Finding].
type jsonFinding struct {
	Kind      string     `json:"kind"`
	Site      string     `json:"site"`
	Message   string     `json:"message"`
	Rule      string     `json:"rule,omitempty"` // what the site requires
	Task      string     `json:"task,omitempty"`
	Step      int        `json:"step"`      // after which it showed, -1 before the first
	Execution int64      `json:"execution"` // that found it, from 1
	Where     []string   `json:"where,omitempty"`
	Stack     []string   `json:"stack,omitempty"` // of a panic: functions and lines, without addresses
	Replay    string     `json:"replay,omitempty"`
	Tasks     []string   `json:"tasks,omitempty"`
	Trace     []jsonStep `json:"trace,omitempty"`
	Waiting   []jsonStep `json:"waiting,omitempty"` // next operations of tasks that have not ended
}

// jsonStep is an [sched.Event]: a step, or a note made during the step before.
type jsonStep struct {
	Step   int      `json:"step"`
	Task   string   `json:"task"`
	Op     string   `json:"op,omitempty"`
	Object string   `json:"object,omitempty"`
	Result string   `json:"result,omitempty"`
	Note   string   `json:"note,omitempty"`
	In     []string `json:"in,omitempty"` // functions, innermost first; only the innermost unless verbose
}

// WriteJSON writes a result as one line with a JSON object. With verbose, steps
// have all the functions that led to them.
func WriteJSON(w io.Writer, r *Result, verbose bool) error {
	j := jsonResult{
		Scenario: r.Scenario, Variant: r.Variant, Strategy: r.Report.Strategy,
		OK: r.Report.Verdict != sched.Violated, Verdict: r.Report.Verdict.String(), Text: Verdict(r.Report),
		Executions: r.Report.Executions, Steps: r.Report.Steps, Blocked: r.Report.Blocked,
		Extra: r.Report.Extra, Bounded: r.Report.Bounded,
		Cut: r.Report.Cut, Longest: r.Report.MaxSteps, Classes: r.Report.Classes,
		Findings: []jsonFinding{}, Notes: append([]string{}, r.Notes...), Outcomes: r.Outcomes,
	}
	if verbose {
		j.Figures = r.Figures
	}
	for i := range r.Findings {
		f := jsonFindingOf(&r.Findings[i], r.Subject, verbose)
		if i < len(r.Report.Findings) {
			f.Execution = r.Report.Findings[i].At
		}
		j.Findings = append(j.Findings, f)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(&j)
}

func jsonFindingOf(f *Finding, s *Subject, verbose bool) jsonFinding {
	v := &f.Violation
	j := jsonFinding{Kind: v.Kind.String(), Site: v.Site, Message: v.Message, Rule: s.rule(v), Task: v.Task,
		Step: v.Step, Replay: f.Replay}
	if v.Stack != "" {
		j.Stack = panicStack(v.Stack)
	}
	tr := f.Trace
	if tr == nil {
		return j
	}
	j.Tasks = tr.Tasks
	for i := range tr.Violations {
		if u := &tr.Violations[i]; u.Kind == v.Kind && u.Site == v.Site && u.Task == v.Task {
			j.Where = s.frames(tr.Where[i])
			break
		}
	}
	for i := range tr.Events {
		j.Trace = append(j.Trace, jsonStepOf(tr, &tr.Events[i], s, verbose))
	}
	for i := range tr.Waiting {
		j.Waiting = append(j.Waiting, jsonStepOf(tr, &tr.Waiting[i], s, verbose))
	}
	return j
}

func jsonStepOf(tr *sched.Trace, e *sched.Event, s *Subject, verbose bool) jsonStep {
	j := jsonStep{Step: e.Step, Task: tr.Tasks[e.Task], In: s.frames(e.Frames)}
	if len(j.In) > 1 && !verbose {
		j.In = j.In[:1]
	}
	if e.Note {
		j.Note = e.Text
		return j
	}
	j.Op, j.Object, j.Result = e.Kind.String(), e.Object, e.Text
	return j
}
