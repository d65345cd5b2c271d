"""The OWASP Application Security Verification Standard 5.0, a test a requirement: see docs/security.md.

``test_v7_2_4_…`` is about requirement 7.2.4. Chapters 6 and 7, and 3.3 to 3.5.
"""
