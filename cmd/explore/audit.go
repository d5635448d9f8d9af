package main

import (
	"fmt"
	"os/exec"
	"strings"

	"lockheld/internal/audit"
)

// audit reads a Go tree and compares its heap lock assertions with the model's.
func (c *command) audit(args []string) (int, error) {
	s := newSettings()
	rest, err := s.parse("audit", args)
	switch {
	case err != nil:
		return exitUsage, err
	case len(rest) > 1:
		return exitUsage, usagef("audit takes one directory, or none for the tree of the go command")
	}
	dir := ""
	if len(rest) == 1 {
		dir = rest[0]
	} else if dir, err = goroot(); err != nil {
		return exitUsage, err
	}
	if dir == "" {
		return exitUsage, usagef("audit needs the name of a directory")
	}
	tree, err := audit.Read(dir)
	if err != nil {
		return exitUsage, usageError{err}
	}
	r := audit.Compare(tree)
	if len(r.Rows) == 0 {
		of := ""
		if tree.Version != "" {
			of = " (" + tree.Version + ")"
		}
		return exitUsage, usagef("%s%s: a Go tree without heap lock assertions; they came with Go 1.16", dir, of)
	}
	out, err := openOutput(s.output, c.stdout)
	if err != nil {
		return exitUsage, err
	}
	if err := r.Write(out, tree); err != nil {
		out.discard()
		return exitUsage, err
	}
	return exitOK, out.close()
}

// goroot is the tree of the go command.
func goroot() (string, error) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", usagef("go env GOROOT: %w; name the directory of a Go tree", err)
	}
	dir := strings.TrimSpace(string(out))
	if dir == "" {
		return "", fmt.Errorf("go env GOROOT says nothing; name the directory of a Go tree")
	}
	return dir, nil
}
