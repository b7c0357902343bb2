#!/bin/bash
echo "script $0 $# $1"
exit 3
