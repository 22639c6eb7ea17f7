class Login {
	String password = getPassword();
	String passwordField = "txtPassword";
	private static String dbPassword = "Sch0ner-Hafen";
	boolean ok = password == null || password.equals(other.password);
	// the password is checked on the server
	String label = "Please enter your password";
	int passwordLength = 12;
}
