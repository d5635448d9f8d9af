package schedtest

import (
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lockheld/sched"
)

// directory returns where the schedules of a test are kept, below the directory
// of its package.
func directory(test string) string {
	safe := func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '-', r == '/':
			return r
		}
		return '_'
	}
	return filepath.Join("testdata", "schedules", filepath.FromSlash(strings.Map(safe, test)))
}

// keep writes the schedule of tok to a file, with the trace as a comment, and
// returns its name; "" if it is not kept.
func (c *check) keep(title string, tok *sched.Token, tr *sched.Trace) string {
	c.t.Helper()
	if os.Getenv(envKeep) == "off" {
		return ""
	}
	text := tok.String()
	h := fnv.New64a()
	h.Write([]byte(text))
	var b strings.Builder
	for _, line := range append([]string{title}, tr.Lines()...) {
		for part := range strings.SplitSeq(line, "\n") {
			b.WriteString("# " + part + "\n")
		}
	}
	b.WriteString(text + "\n")
	dir := directory(c.t.Name())
	file := filepath.Join(dir, fmt.Sprintf("%016x.sched", h.Sum64()))
	err := os.MkdirAll(dir, 0o777)
	if err == nil {
		err = os.WriteFile(file, []byte(b.String()), 0o666)
	}
	if err != nil {
		c.t.Errorf("the schedule is not kept: %v", err)
		return ""
	}
	return file
}

// kept runs the schedules that are kept for the test. If one still ends in a
// violation the result is its report; otherwise it is nil.
func (c *check) kept() *sched.Report {
	c.t.Helper()
	files, err := filepath.Glob(filepath.Join(directory(c.t.Name()), "*.sched"))
	if err != nil {
		c.t.Errorf("%v", err)
	}
	slices.Sort(files)
	for _, file := range files {
		if r := c.runFile(file); r != nil {
			return r
		}
	}
	return nil
}

func (c *check) runFile(file string) *sched.Report {
	c.t.Helper()
	tok, err := readFile(file)
	if err != nil {
		c.t.Errorf("%v", err)
		return nil
	}
	if tok.Scenario != c.p.Name {
		return nil // of another check of the same test
	}
	tr, err := tok.Replay(c.p, c.o)
	switch {
	case tr != nil && len(tr.Violations) > 0: // be it the one that was kept or not
		r := &sched.Report{Program: c.p.Name, Options: c.o, Executions: 1, Steps: int64(len(tr.Steps)), MaxSteps: len(tr.Steps)}
		c.record(r, tok, tr)
		c.t.Errorf("%s: %s\n%s", c.p.Name, tr.Violations[0].Error(), c.howTo(tok, tr, file))
		return r
	case errors.Is(err, sched.ErrDiverged): // as it must when the bug has been mended
		c.t.Logf("%s %s", file, describe(err))
	case err != nil:
		c.t.Errorf("%s %s", file, describe(err))
	}
	return nil
}

// readFile reads a kept schedule: comments, and one line with a token.
func readFile(file string) (*sched.Token, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var tok *sched.Token
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if tok != nil {
			return nil, fmt.Errorf("%s:%d: a second schedule", file, number)
		}
		if tok, err = sched.ParseToken(line); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, number, err)
		}
	}
	if tok == nil {
		return nil, fmt.Errorf("%s:%d: no schedule", file, number)
	}
	return tok, nil
}
