package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"
	"time"

	"lockheld/internal/report"
	"lockheld/sched"
)

// explore explores what the flags ask for, several scenarios at a time and each
// with the workers that are free, and writes the results in the order of the list.
func (c *command) explore(args []string) (int, error) {
	s := newSettings()
	if err := s.parseAll("", args); err != nil {
		return exitUsage, err
	}
	targets, err := s.targets()
	if err != nil {
		return exitUsage, err
	}
	e, _ := s.strategyEntry()
	o := s.options(e)
	saved, err := s.checkpoint(targets, o)
	if err != nil {
		return exitUsage, err
	}
	out, err := openOutput(s.output, c.stdout)
	if err != nil {
		return exitUsage, err
	}
	x := &exploration{command: c, settings: s, targets: targets, out: out, saved: saved}
	code := x.run(e, o)
	if err := out.close(); err != nil {
		return exitUsage, err
	}
	return code, nil
}

// exploration is the work of one command.
type exploration struct {
	*command
	settings *settings
	targets  []*target
	out      *output
	progress *progress
	saved    *checkpoint
}

// outcome is how the exploration of one target ended.
type outcome struct {
	result *report.Result
	err    error
}

// run explores all targets and returns the exit code.
func (x *exploration) run(e *sched.StrategyEntry, o sched.Options) int {
	interrupt, release := signal.NotifyContext(context.Background(), os.Interrupt)
	defer release()
	context.AfterFunc(interrupt, release) // a second signal ends the program at once
	ctx := interrupt
	var deadline time.Time
	if d := x.settings.timeout; d > 0 {
		deadline = time.Now().Add(d)
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(interrupt, deadline)
		defer cancel()
	}
	if !x.settings.quiet {
		x.progress = newProgress(x.stderr, len(x.targets), time.Now)
		x.progress.deadline, x.progress.limit = deadline, o.Executions
		go x.progress.run()
		defer x.progress.stop()
	}
	stop := x.saved.begin()
	code := x.report(x.start(ctx, e, o))
	stop()
	if err := x.saved.failed(); err != nil {
		x.progress.hidden(func() { x.complain(err) })
		code = exitUsage
	}
	if interrupt.Err() != nil {
		return exitInterrupted
	}
	return code
}

// start explores the targets on a number of goroutines and gives each outcome
// to its own channel. Where there are fewer targets left than goroutines were
// asked for, searches under way take the others as further workers.
func (x *exploration) start(ctx context.Context, e *sched.StrategyEntry, o sched.Options) []chan outcome {
	outcomes := make([]chan outcome, len(x.targets))
	for i := range outcomes {
		outcomes[i] = make(chan outcome, 1)
	}
	var mu sync.Mutex
	next := 0
	take := func() int {
		mu.Lock()
		defer mu.Unlock()
		next++
		return next - 1
	}
	n := min(x.settings.workers, len(x.targets))
	o.Pool = new(sched.Pool)
	o.Pool.Add(x.settings.workers - n)
	for range n {
		go func() {
			for i := take(); i < len(x.targets); i = take() {
				outcomes[i] <- x.one(ctx, i, e, o)
			}
			o.Pool.Add(1)
		}()
	}
	return outcomes
}

// one explores target i.
func (x *exploration) one(ctx context.Context, i int, e *sched.StrategyEntry, o sched.Options) outcome {
	began, t := time.Now(), x.targets[i]
	o.Saver, o.Resume = x.saved.saver(i), x.saved.states[i]
	run := x.progress.begin(t.name)
	defer x.progress.end(run)
	o.Live = run.figures()
	x.progress.asks(run, func() { x.estimate(ctx, t.name, o) })
	if x.settings.outcomes {
		o.After = t.after
	}
	var check selfcheck
	if x.settings.selfcheck {
		check.watch(t, &o)
	}
	rep, err := x.settings.preemptions.search(ctx, t, e, o)
	if err == nil {
		err = seekGoals(ctx, t, e, rep)
	}
	var checked []string
	if err == nil && x.settings.selfcheck {
		checked, err = check.compare(ctx, t, rep)
	}
	if err != nil {
		return outcome{err: fmt.Errorf("%s: %w", t.name, err)}
	}
	r := &report.Result{Scenario: t.name, Variant: t.variant, Report: rep, Subject: t.subject, Notes: append(notes(rep, e), known(t.variant, t.name, rep.Findings)...)}
	r.Notes = append(r.Notes, checked...)
	for i := range rep.Findings {
		f, err := t.finding(&rep.Findings[i])
		if err != nil {
			return outcome{err: fmt.Errorf("%s: %w", t.name, err)}
		}
		r.Findings = append(r.Findings, f)
	}
	if t.outcomes != nil && x.settings.outcomes {
		r.Outcomes = t.outcomes()
	}
	took := time.Since(began)
	r.Figures = append(r.Figures, fmt.Sprintf("time: %s: %v, %.0f executions/s, at most %d steps", t.name,
		took.Round(time.Millisecond), float64(rep.Executions)/max(took.Seconds(), 1e-9), rep.MaxSteps))
	if rep.NodeBytes > 0 {
		r.Figures = append(r.Figures, fmt.Sprintf("memory: %s: wakeup trees of at most %d steps; %d bytes with the stack of the search",
			t.name, rep.Nodes, rep.NodeBytes))
	}
	if len(rep.Looks) > 0 {
		r.Figures = append(r.Figures, fmt.Sprintf("looks: %s: hooks of locks looked at %s in no order that the reduction knows; what they report may be missed",
			t.name, strings.Join(rep.Looks, ", ")))
	}
	if t.coverage != nil {
		r.Figures = append(r.Figures, fmt.Sprintf("sites: %s: %s", t.name, siteFigures(t.coverage)))
	}
	return outcome{result: r}
}

// estimate tells how many executions the search for a target will need, for those
// strategies of which that can be told from walks. It has a target of its own, so
// that nothing is counted twice.
func (x *exploration) estimate(ctx context.Context, name string, o sched.Options) {
	targets, err := x.settings.targets()
	if err != nil {
		return
	}
	for _, t := range targets {
		if t.name != name {
			continue
		}
		if e, err := sched.EstimateExecutions(ctx, t.program, o); err == nil && ctx.Err() == nil {
			o.Live.Expect(e.Executions)
		}
	}
}

// notes says what the verdict of a report does not.
func notes(rep *sched.Report, e *sched.StrategyEntry) []string {
	if chosen, err := sched.LookupStrategy(rep.Chosen); rep.Chosen != "" && err == nil {
		e = chosen
	}
	n := symmetry(rep)
	if rep.Verdict == sched.Violated {
		return append(n, sampled(rep)...)
	}
	if e.Kind == sched.Exhaustive && e.Name != "dfs" {
		for _, p := range rep.Unreduced {
			if e.Reduces {
				n = append(n, fmt.Sprintf("property %s declares nothing that it reads, so that %s does not check it", p, e.Name))
				continue
			}
			n = append(n, fmt.Sprintf("property %s declares nothing that it reads, so that only -strategy dfs shows it every state", p))
		}
	}
	if rep.Options.Depth > 0 && rep.Cut > 0 && rep.Cut == rep.Executions {
		n = append(n, fmt.Sprintf("every execution was cut off after %d steps, so that none was seen to its end", rep.Options.Depth))
	}
	if len(rep.Unreached) > 0 {
		n = append(n, goalNote(rep, e))
	}
	if e.Kind == sched.Exhaustive && rep.PassedOver > 0 {
		n = append(n, fmt.Sprintf("in %d executions a task that waits by going round a loop was passed over, "+
			"so that not every number of rounds was explored", rep.PassedOver))
	}
	return append(n, sampled(rep)...)
}

// sampled says what a strategy that samples has to say.
func sampled(rep *sched.Report) []string {
	if rep.Classes == 0 || rep.Verdict == sched.Violated && !rep.Options.All {
		return rep.Notes
	}
	return append([]string{rep.ClassesNote()}, rep.Notes...)
}

// report writes the outcomes in the order of the targets and returns the exit
// code that they ask for.
func (x *exploration) report(outcomes []chan outcome) int {
	format, _ := x.settings.formatEntry()
	broken, violated, decided := false, false, true
	for _, ch := range outcomes {
		o := <-ch
		x.progress.hidden(func() {
			if o.err != nil {
				broken = true
				x.complain(o.err)
				return
			}
			violated = violated || o.result.Report.Verdict == sched.Violated
			decided = decided && o.result.Report.Verdict == sched.Complete
			if err := format.Write(x.out, o.result, x.settings.verbose); err != nil {
				broken = true
				x.complain(err)
			}
		})
	}
	switch {
	case broken:
		return exitUsage
	case violated:
		return exitViolation
	case x.settings.complete && !decided:
		return exitUndecided
	}
	return exitOK
}

// finding adds to a finding its trace and the command that repeats it.
func (t *target) finding(f *sched.Finding) (report.Finding, error) {
	out := report.Finding{Violation: f.Violation}
	if f.Violation.Kind == sched.KindSometimes || f.Violation.Site == siteSelfcheck && len(f.Schedule) == 0 {
		return out, nil
	}
	tr, err := t.trace(f)
	if errors.Is(err, sched.ErrDiverged) {
		return out, nil // it is about the program not repeating itself
	}
	if err != nil {
		return out, err
	}
	out.Trace = tr
	out.Replay, err = t.replayCommand(f.Schedule, tr)
	return out, err
}

// trace runs the schedule of a finding again. An execution that went on after
// its first violation is run so again, if the finding is another one of its.
func (t *target) trace(f *sched.Finding) (*sched.Trace, error) {
	o := sched.Options{Depth: len(f.Schedule)}
	tr, err := sched.Replay(t.program, f.Schedule, o)
	if err != nil || has(tr, &f.Violation) {
		return tr, err
	}
	o.All = true
	return sched.Replay(t.program, f.Schedule, o)
}

// has reports whether tr shows v.
func has(tr *sched.Trace, v *sched.Violation) bool {
	for i := range tr.Violations {
		if w := &tr.Violations[i]; w.Kind == v.Kind && w.Site == v.Site {
			return true
		}
	}
	return false
}
