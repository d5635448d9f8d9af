package schedtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"runtime/debug"
	"strings"

	"lockheld/sched"
)

// TB is the part of [testing.TB] that this package uses.
type TB interface {
	Helper()
	Name() string
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
}

// Variables of the environment.
const (
	envSchedule = "LOCKHELD_SCHEDULE"
	envKeep     = "LOCKHELD_KEEP"
)

// Check explores p and fails the test for each violation. First it runs the
// schedules that failed before. The verdict of the report tells whether every
// schedule was covered, and its notes, which are logged, why not if it is by the
// program; a search that did not cover all is no failure, but one
// that could not check a property is, and one that reached not every goal.
//
// The zero Options explore everything: without a strategy it is dpor, and then
// Preemptions 0 is no bound either.
func Check(t TB, p *sched.Program, o sched.Options) *sched.Report {
	t.Helper()
	if o.Strategy == "" {
		o.Strategy = "dpor"
		if o.Preemptions == 0 {
			o.Preemptions = -1
		}
	}
	c := &check{t: t, p: p, o: o}
	if text := os.Getenv(envSchedule); text != "" {
		if tok, mine := c.token(text); mine {
			return c.repeat(tok)
		}
	}
	if r := c.kept(); r != nil {
		return r
	}
	r, err := sched.Explore(context.Background(), p, o)
	if err != nil {
		t.Errorf("%s: %v", p.Name, err)
		return &sched.Report{Program: p.Name, Options: o, Verdict: sched.Stopped, Why: err.Error()}
	}
	for i := range r.Findings {
		c.fail(&r.Findings[i])
	}
	c.properties(r)
	c.goals(r)
	if r.Verdict != sched.Violated {
		t.Logf("%s: %v%s, %d executions, %d steps", p.Name, r.Verdict, why(r), r.Executions, r.Steps)
	}
	for _, n := range r.Notes {
		t.Logf("%s: %s", p.Name, n)
	}
	return r
}

// properties fails the test for properties that the strategy of the search does
// not check in every state, as they do not say what they read.
func (c *check) properties(r *sched.Report) {
	c.t.Helper()
	name := r.Strategy
	if r.Chosen != "" {
		name = r.Chosen
	}
	e, err := sched.LookupStrategy(name)
	if err != nil || e.Kind != sched.Exhaustive || e.Name == "dfs" || len(r.Unreduced) == 0 {
		return
	}
	c.t.Errorf("%s: not checked in every state: %s; strategy %s must know what a property reads: declare Reads or Each, or use strategy dfs",
		c.p.Name, strings.Join(r.Unreduced, ", "), e.Name)
}

// why says what took complete away.
func why(r *sched.Report) string {
	var why []string
	if r.Why != "" {
		why = append(why, r.Why)
	}
	if r.Verdict == sched.Bounded {
		if r.Options.Preemptions >= 0 {
			why = append(why, fmt.Sprintf("preemptions=%d", r.Options.Preemptions))
		}
		if r.Cut > 0 {
			why = append(why, fmt.Sprintf("%d cut off after %d steps", r.Cut, r.Options.Depth))
		}
		if r.PassedOver > 0 {
			why = append(why, fmt.Sprintf("in %d a task that waits by going round was passed over", r.PassedOver))
		}
	}
	if len(why) == 0 {
		return ""
	}
	return " (" + strings.Join(why, "; ") + ")"
}

// check is one call of Check.
type check struct {
	t TB
	p *sched.Program
	o sched.Options
}

// token reads the token of the environment, and reports whether it is for this
// program.
func (c *check) token(text string) (tok *sched.Token, mine bool) {
	c.t.Helper()
	tok, err := sched.ParseToken(text)
	if err != nil {
		c.t.Errorf("%s: %v", envSchedule, err)
		return nil, false
	}
	return tok, tok.Scenario == c.p.Name
}

// repeat runs the schedule of tok and nothing else.
func (c *check) repeat(tok *sched.Token) *sched.Report {
	c.t.Helper()
	r := &sched.Report{Program: c.p.Name, Options: c.o, Verdict: sched.Stopped, Why: "one schedule"}
	tr, err := tok.Replay(c.p, c.o)
	if err != nil {
		c.t.Errorf("%s: %v", c.p.Name, err)
		return r
	}
	r.Executions, r.Steps, r.MaxSteps = 1, int64(len(tr.Steps)), len(tr.Steps)
	c.record(r, tok, tr)
	text := fmt.Sprintf("%s, one schedule:\n%s", c.p.Name, strings.Join(tr.Lines(), "\n"))
	if len(tr.Violations) > 0 {
		c.t.Errorf("%s", text)
	} else {
		c.t.Logf("%s", text)
	}
	return r
}

// record adds the violations of a replay to a report.
func (c *check) record(r *sched.Report, tok *sched.Token, tr *sched.Trace) {
	for _, v := range tr.Violations {
		r.Verdict, r.Why = sched.Violated, ""
		r.Findings = append(r.Findings, sched.Finding{Violation: v, Schedule: tok.Choices, Found: tok.Choices, At: 1})
	}
}

// fail reports a finding, with its trace, and keeps its schedule.
func (c *check) fail(f *sched.Finding) {
	c.t.Helper()
	text := c.p.Name + ": " + f.Violation.Error()
	switch f.Violation.Kind { // no schedule shows these
	case sched.KindSometimes:
		c.t.Errorf("%s", text)
		return
	case sched.KindNondeterminism:
		c.t.Errorf("%s\nThe same schedule, run again, did something else: the program uses what the scheduler does not see, "+
			"such as a variable from before Setup, a map in iteration order, or time.", text)
		return
	}
	tok, tr, err := c.tokenOf(f)
	if err != nil {
		c.t.Errorf("%s\n%v\n%v", text, f.Schedule, err)
		return
	}
	c.t.Errorf("%s\n%s", text, c.howTo(tok, tr, c.keep(text, tok, tr)))
}

// tokenOf repeats a finding for its trace.
func (c *check) tokenOf(f *sched.Finding) (*sched.Token, *sched.Trace, error) {
	tr, err := sched.Replay(c.p, f.Schedule, c.o)
	if err != nil {
		return nil, nil, err
	}
	model, err := c.p.Digest()
	if err != nil {
		return nil, nil, err
	}
	return &sched.Token{Scenario: c.p.Name, Choices: f.Schedule, Model: model, Trace: tr.Digest()}, tr, nil
}

// howTo shows a trace and says how to see it again.
func (c *check) howTo(tok *sched.Token, tr *sched.Trace, file string) string {
	if a, ok := c.t.(interface{ Attr(key, value string) }); ok {
		a.Attr("schedule", tok.String())
	}
	text := strings.Join(tr.Lines(), "\n") + "\nto repeat: " + command(c.t.Name(), tok)
	if file != "" {
		text += "\nkept in:   " + file
	}
	return text
}

// command is what repeats the schedule of tok in the test of the given name.
func command(test string, tok *sched.Token) string {
	parts := strings.Split(test, "/")
	for i := range parts {
		parts[i] = "^" + regexp.QuoteMeta(parts[i]) + "$"
	}
	pkg := "."
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasSuffix(info.Path, ".test") {
		pkg = strings.TrimSuffix(info.Path, ".test")
	}
	return fmt.Sprintf("%s=%s go test %s -run '%s'", envSchedule, tok, pkg, strings.Join(parts, "/"))
}

// describe says in one line why a kept schedule was not run.
func describe(err error) string {
	switch {
	case errors.Is(err, sched.ErrStale):
		return "is stale: " + err.Error() + "; delete it, or keep it with the program that it belongs to"
	case errors.Is(err, sched.ErrDiverged):
		return "does not apply any more: " + err.Error()
	}
	return err.Error()
}
