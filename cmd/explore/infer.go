package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"

	"lockheld/internal/contracts"
	"lockheld/internal/program"
	"lockheld/properties"
	"lockheld/sched"
)

// What bounds infer if the flags do not: to observe takes longer than to explore,
// and the properties that would end an execution that goes on for ever are off.
const (
	inferPreemptions = 1
	inferDepth       = 400
)

// infer explores scenarios and writes under which conditions the functions of
// the page heap were called.
func (c *command) infer(args []string) (int, error) {
	s := newSettings()
	s.depth = inferDepth
	s.strategy, s.preemptions = "dfs", upTo(inferPreemptions)
	if err := s.parseAll("infer", args); err != nil {
		return exitUsage, err
	}
	names, err := s.observed("infer is about the functions of the page heap", properties.ScenariosFor(s.variant))
	if err != nil {
		return exitUsage, err
	}
	out, err := openOutput(s.output, c.stdout)
	if err != nil {
		return exitUsage, err
	}
	ctx, release := signal.NotifyContext(context.Background(), os.Interrupt)
	defer release()
	search, cancel := s.limited(ctx)
	defer cancel()
	in := contracts.New(s.variant)
	for _, name := range names {
		if err := s.observe(search, in, name); err != nil {
			out.discard()
			return exitUsage, err
		}
	}
	differs, err := s.writeInference(out, in)
	if err != nil {
		out.discard()
		return exitUsage, err
	}
	code := exitOK
	switch {
	case ctx.Err() != nil:
		code = exitInterrupted
	case differs:
		code = exitViolation
	}
	return code, out.close()
}

// observed are the scenarios that infer or coverage explores: those of -scenario,
// or usual. Programs are none: about says why.
func (s *settings) observed(about string, usual []string) ([]string, error) {
	names := usual
	if s.set["scenario"] {
		var err error
		if names, err = splitList("scenario", s.scenarios); err != nil {
			return nil, err
		}
	}
	for _, name := range names {
		if program.Is(name) {
			return nil, usagef("%s is a program; %s", name, about)
		}
		if err := checkScenario(name, s.variant, nil); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// limited is ctx with the limit of -timeout.
func (s *settings) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	if s.timeout > 0 {
		return context.WithTimeout(ctx, s.timeout)
	}
	return context.WithCancel(ctx)
}

// observe explores one scenario. Assertions about locks end no execution.
func (s *settings) observe(ctx context.Context, in *contracts.Inference, name string) error {
	o := new(contracts.Observer)
	p, err := properties.Build{Scenario: name, Variant: s.variant, Observer: o, Properties: contracts.Properties}.Program()
	if err != nil {
		return usageError{err}
	}
	e, _ := s.strategyEntry()
	opts := s.options(e)
	opts.All, opts.Shrink, opts.Recheck = true, -1, -1
	opts.After = func(r *sched.Result) { o.Ended(name, r) }
	rep, err := sched.Explore(ctx, p, opts)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	in.Add(name, o, rep)
	return nil
}

// writeInference writes what was found and reports whether it differs from what
// is documented.
func (s *settings) writeInference(out io.Writer, in *contracts.Inference) (bool, error) {
	differs, err := in.Write(out, func(w contracts.Witness) (string, error) { return witnessCommand(w, s.variant) })
	if err == nil {
		_, err = fmt.Fprintln(out, in.Summary(s.variant))
	}
	return differs, err
}

// witnessCommand is the command that shows the execution of a witness. There the
// assertions speak: it may end earlier, with a violation.
func witnessCommand(w contracts.Witness, variant string) (string, error) {
	t, err := scenarioTarget(w.Scenario, variant, nil)
	if err != nil {
		return "", err
	}
	tr, err := sched.Replay(t.program, w.Schedule, sched.Options{Depth: replayDepth})
	if err != nil {
		return "", fmt.Errorf("%s: %w", w.Scenario, err)
	}
	return t.replayCommand(w.Schedule, tr)
}
