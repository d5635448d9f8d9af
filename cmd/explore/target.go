package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"lockheld/internal/litmus"
	"lockheld/internal/litmus/bridge"
	"lockheld/internal/program"
	"lockheld/internal/report"
	"lockheld/model"
	"lockheld/properties"
	"lockheld/sched"
)

// target is one thing to explore.
type target struct {
	name     string
	variant  string // "-" where there is none
	program  *sched.Program
	subject  *report.Subject
	token    sched.Token     // of the target, without choices and digests
	coverage *model.Coverage // of assertion points, nil where there are none
	file     string          // litmus file
	after    func(*sched.Result)
	outcomes func() []string // distinct ends so far, nil if they are not collected
}

// litmusVariant is the variant in the tokens of litmus files.
const litmusVariant = "litmus"

// targets returns what the flags ask for.
func (s *settings) targets() ([]*target, error) {
	if s.litmus != "" {
		t, err := litmusTarget(s.litmus)
		return []*target{t}, err
	}
	names := properties.ScenariosFor(s.variant)
	if s.set["scenario"] {
		var err error
		if names, err = splitList("scenario", s.scenarios); err != nil {
			return nil, err
		}
	}
	var selected []string
	if s.set["property"] {
		var err error
		if selected, err = splitList("property", s.properties); err != nil {
			return nil, err
		}
	}
	var targets []*target
	for _, name := range names {
		if program.Is(name) && (s.set["variant"] || s.set["property"]) {
			return nil, usagef("%s is a program, -variant and -property are for scenarios", name)
		}
		t, err := namedTarget(name, s.variant, selected)
		if err != nil {
			return nil, err
		}
		targets = append(targets, t)
	}
	return targets, nil
}

// splitList splits the value of a flag at commas.
func splitList(flag, value string) ([]string, error) {
	names := strings.Split(value, ",")
	for i, n := range names {
		if n == "" {
			return nil, usagef("-%s %q has an empty name", flag, value)
		}
		if slices.Contains(names[:i], n) {
			return nil, usagef("-%s names %s twice", flag, n)
		}
	}
	return names, nil
}

// namedTarget is a scenario or a built-in program.
func namedTarget(name, variant string, selected []string) (*target, error) {
	if !program.Is(name) {
		return scenarioTarget(name, variant, selected)
	}
	p, err := program.Lookup(name)
	if err != nil {
		return nil, usageError{err}
	}
	return &target{name: name, variant: "-", program: p, subject: &report.Subject{},
		token: sched.Token{Scenario: name}}, nil
}

// litmusTarget is the program of a litmus file.
func litmusTarget(file string) (*target, error) {
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, usageError{err}
	}
	lit, err := litmus.Parse(file, string(src))
	if err != nil {
		return nil, usageError{err}
	}
	p, err := bridge.Program(lit)
	if err != nil {
		return nil, usagef("%s: %w", file, err)
	}
	ends := bridge.NewOutcomes(lit)
	return &target{name: lit.Name, variant: "-", program: p, subject: &report.Subject{}, file: file,
		token: sched.Token{Scenario: lit.Name, Variant: litmusVariant}, after: ends.Add, outcomes: ends.List}, nil
}

// replayCommand is the command that repeats a schedule and its trace.
func (t *target) replayCommand(s sched.Schedule, tr *sched.Trace) (string, error) {
	tok := t.token
	tok.Choices, tok.Trace = s, tr.Digest()
	var err error
	if tok.Model, err = t.program.Digest(); err != nil {
		return "", err
	}
	cmd := "go run ./cmd/explore replay "
	if t.file != "" {
		cmd += "-litmus " + shellWord(t.file) + " "
	}
	return cmd + tok.String(), nil
}

// shellWord quotes s for a shell if it needs it.
func shellWord(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/+-,:=@%") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// tokenTarget is what a token is about; file is the litmus file, if there is one.
func tokenTarget(tok *sched.Token, file string) (*target, error) {
	if tok.Variant != litmusVariant {
		if file != "" {
			return nil, usagef("the token is of %s, not of a litmus file", tok.Scenario)
		}
		t, err := namedTarget(tok.Scenario, tok.Variant, tok.Properties)
		if err == nil {
			err = t.checkGeometry(tok)
		}
		return t, err
	}
	if file == "" {
		return nil, usagef("the token is of the litmus program %s: give its file with -litmus FILE", tok.Scenario)
	}
	t, err := litmusTarget(file)
	if err == nil && t.name != tok.Scenario {
		err = fmt.Errorf("%w: it is of the litmus program %s, %s has %s", sched.ErrStale, tok.Scenario, file, t.name)
	}
	return t, err
}
